/** The signed media route alone, as signaling serves it: `node media-server.ts <objects> <secret>`, announces its port by IPC. */
import { createServer } from 'node:http';
import { mediaListener } from '../../../signaling/http/media.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';

const [folder, secret] = process.argv.slice(2);
if (folder === undefined || secret === undefined) throw new Error('media-server.ts <objects> <secret>');
const store = await DirectoryObjectStore.create(folder);
const listener = mediaListener(
  { store, secret, nowMs: Date.now },
  createLog('media', 'silent'),
  (_request, response) => {
    response.writeHead(404).end();
  },
);
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('disconnect', () => process.exit(0));
