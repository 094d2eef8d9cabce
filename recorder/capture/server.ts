import type { Registry } from 'prom-client';
import { serveInner, type InnerServer } from '../../signaling/runtime/inner-server.ts';
import type { InnerHandlers } from '../../signaling/runtime/inner-contract.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { ProcessServer } from '../../signaling/runtime/process-server.ts';
import { captureContract, type DiskState } from '../contract.ts';
import type { Capture } from './capture.ts';

export interface CaptureServerOptions {
  readonly host: string;
  readonly port: number;
  /** As in `ProcessServerOptions`. */
  readonly targetFile?: string | undefined;
  readonly secret: string;
  readonly log: Log;
  readonly metrics: Registry;
  readonly isReady: () => boolean;
  readonly checksOutput: boolean;
  readonly capture: () => Capture;
  readonly disk: () => DiskState;
}

/** The HTTP server of the process with `captureContract` on it. */
export async function serveCapture(
  options: CaptureServerOptions,
): Promise<{ readonly server: ProcessServer; readonly inner: InnerServer<typeof captureContract> }> {
  const { capture, disk, secret, log, checksOutput, ...rest } = options;
  const server = await ProcessServer.create({ ...rest, log });
  const inner = serveInner({
    server,
    contract: captureContract,
    handlers: handlersOf(capture, disk),
    secret,
    log,
    checksOutput,
    onConnect: (connection) => connection.id,
  });
  return { server, inner };
}

function handlersOf(capture: () => Capture, disk: () => DiskState): InnerHandlers<typeof captureContract, string> {
  return {
    setGoal: async (goal) => {
      await capture().setGoal(goal);
      return {};
    },
    appendEvents: async ({ recordingId, fence, events }) => ({
      upTo: await capture().appendEvents(recordingId, fence, events),
    }),
    finish: async ({ recordingId, fence, endedAtUs }) => ({
      stored: await capture().finish(recordingId, fence, endedAtUs),
    }),
    describe: () => ({
      recordings: capture()
        .describe()
        .map(({ recordingId, fence, tracks }) => ({ recordingId, fence, tracks: [...tracks] })),
      disk: disk(),
    }),
  };
}
