/** `npm run recording -- verify|rebuild <id>`: looks after recordings in the object store while the servers may be down. */
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { AppError } from '../../signaling/protocol/errors.ts';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { parseEnvOrExit } from '../../signaling/runtime/env.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { checkObjectStoreConfig, objectStoreFields } from '../../storage/config.ts';
import { openObjectStore } from '../../storage/objects/open.ts';
import { rebuildRecording } from './rebuild.ts';
import { rebuildText, USAGE, verifyText } from './texts.ts';
import { verifyRecording } from './verify.ts';

const EXIT_USAGE = 64;

const RepairConfig = z.object(objectStoreFields).superRefine(checkObjectStoreConfig);

const Order = z.object({
  command: z.enum(['verify', 'rebuild']),
  recordingId: RecordingId,
  json: z.boolean(),
  unfinished: z.boolean(),
});
type Order = z.infer<typeof Order>;

function readOrder(args: readonly string[]): Order | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, unfinished: { type: 'boolean', default: false } },
    });
    const [command, recordingId, ...others] = positionals;
    return others.length > 0 ? undefined : Order.safeParse({ command, recordingId, ...values }).data;
  } catch {
    return undefined;
  }
}

async function carryOut({ command, recordingId, json, unfinished }: Order): Promise<number> {
  const config = parseEnvOrExit(RepairConfig, process.env);
  const objects = await openObjectStore(config);
  const say = (report: object, text: string): void => {
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : text);
  };
  try {
    if (command === 'verify') {
      const report = await verifyRecording(objects, recordingId);
      say(report, verifyText(report));
      return report.isSound ? 0 : 1;
    }
    const log = createLog('recording', 'silent');
    const where = { dataDir: config.DATA_DIR, ffmpegPath: 'ffmpeg', isUnfinished: unfinished };
    const report = await rebuildRecording({ objects, log, recordingId, ...where });
    say(report, rebuildText(report));
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`✗ ${recordingId}: ${error.message} (${error.code})\n`);
    return 1;
  } finally {
    await objects.close();
  }
}

const order = readOrder(process.argv.slice(2));
if (order === undefined) process.stderr.write(USAGE);
process.exitCode = order === undefined ? EXIT_USAGE : await carryOut(order);
