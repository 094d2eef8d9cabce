import { join } from 'node:path';
import type { InnerServer } from '../../signaling/runtime/inner-server.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ProcessServer } from '../../signaling/runtime/process-server.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { captureContract } from '../contract.ts';
import { createReceiveClock } from '../packet-log/receive-clock.ts';
import { Capture } from './capture.ts';
import { ClaimedFolder } from './claimed-folder.ts';
import { DiskGuard } from './disk-guard.ts';
import { createMetrics } from './metrics.ts';
import type { SessionParts } from './recording-session.ts';
import { serveCapture } from './server.ts';
import { SfuLink, SfuLinks } from './sfu-link.ts';
import type { CaptureTotals } from './tap.ts';
import { Uploader } from './uploader.ts';

export interface CaptureNodeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** As in `ProcessServerOptions`. */
  readonly targetFile?: string | undefined;
  readonly secret: string;
  readonly log: Log;
  /** `{dataDir}/capture/{number}` is this process's folder. */
  readonly dataDir: string;
  readonly objects: ObjectStore;
  /** Address to receive RTP on; without it, the one at which each sfu node reaches this process. */
  readonly rtpAddress?: string | undefined;
  readonly disk: { readonly lowBytes: number; readonly fullBytes: number };
  readonly mux: SessionParts['mux'];
  readonly isReady: () => boolean;
  readonly checksOutput: boolean;
}

/** A whole capture process: its recordings, its uploads and the server that takes orders. */
export class CaptureNode {
  readonly capture: Capture;
  readonly #server: ProcessServer;
  readonly #inner: InnerServer<typeof captureContract>;
  readonly #closers: readonly (() => void)[];
  #closing: Promise<void> | null = null;

  /** Recordings that a dead process left go on before this resolves. */
  static async create(options: CaptureNodeOptions): Promise<CaptureNode> {
    const { log, secret, objects } = options;
    const folder = await ClaimedFolder.claim(join(options.dataDir, 'capture'));
    const clock = createReceiveClock();
    const totals: CaptureTotals = { packets: 0, bytes: 0, lost: 0 };
    const links = new SfuLinks((url) => new SfuLink({ url, secret, clock, log }));
    const late: { capture?: Capture; inner?: InnerServer<typeof captureContract> } = {};
    const uploader = new Uploader({ store: objects, log, onAway: () => late.capture?.handleStoreAway() });
    const disk = await DiskGuard.create({
      folder: folder.path,
      ...options.disk,
      log,
      onChange: (state) => {
        late.capture?.handleDisk();
        late.inner?.notify('disk', { ...state });
      },
    });
    const capture = await Capture.create(folder.path, {
      links,
      clock,
      totals,
      address: options.rtpAddress,
      uploader,
      objects,
      manifests: new ManifestStore(objects),
      mux: options.mux,
      log,
      isDiskFull: () => disk.state.level === 'full',
      onNoSpace: () => disk.handleNoSpace(),
      onSilent: (recordingId, trackId, silent) => late.inner?.notify('trackSilent', { recordingId, trackId, silent }),
      onStored: (recordingId) => late.inner?.notify('stored', { recordingId }),
    });
    late.capture = capture;
    const { server, inner } = await serveCapture({
      ...options,
      metrics: createMetrics(() => ({ capture, uploader, disk, totals, nowUnixUs: () => clock.nowUnixUs() })),
      capture: () => capture,
      disk: () => disk.state,
    });
    late.inner = inner;
    const closers = [() => disk.close(), () => uploader.close(), () => links.close(), () => folder.release()];
    return new CaptureNode(capture, server, inner, closers);
  }

  private constructor(
    capture: Capture,
    server: ProcessServer,
    inner: InnerServer<typeof captureContract>,
    closers: readonly (() => void)[],
  ) {
    this.capture = capture;
    this.#server = server;
    this.#inner = inner;
    this.#closers = closers;
  }

  /** `http://host:port`, which an `InnerClient` takes as it is. */
  get url(): string {
    return this.#server.url;
  }

  /** What arrived is sealed on disk; what is not stored yet waits for the next start. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#inner.close();
      await this.capture.close();
      for (const close of this.#closers) close();
      await this.#server.close();
    })();
    return this.#closing;
  }
}
