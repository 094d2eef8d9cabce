/** The signed media route alone, as signaling serves it: `node media-server.ts <objects> <secret>`, announces its port by IPC. */
import { createServer } from 'node:http';
import { mediaListener } from '../../../signaling/http/media.ts';
import { ViewerGate } from '../../../signaling/recordings/viewer-gate.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import type { Recording } from '../../../storage/ports.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';

const [folder, secret] = process.argv.slice(2);
if (folder === undefined || secret === undefined) throw new Error('media-server.ts <objects> <secret>');
const store = await DirectoryObjectStore.create(folder);
// What the gate looks at of a recording, and no more.
const RECORDING = {
  visibility: 'school',
  publishedAtMs: 1,
  managerId: null,
  schoolId: 'school',
} as unknown as Recording;
/** As for somebody with an account: whether they may still watch is asked with every piece, and known. */
const gate = new ViewerGate({
  recordings: { recording: () => Promise.resolve(RECORDING) },
  rightsOf: () => Promise.resolve({ watches: true, manages: false }),
  nowMs: Date.now,
});
const listener = mediaListener(
  {
    ...{ store, secret, nowMs: Date.now },
    mayOpen: (viewer) => viewer.kind === 'person' && gate.permits(viewer.recordingId, viewer.personId, 'watches'),
  },
  createLog('media', 'silent'),
  (_request, response) => {
    response.writeHead(404).end();
  },
);
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('disconnect', () => process.exit(0));
