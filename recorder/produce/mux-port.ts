import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { MuxResult } from '../contract.ts';

/** Port: the rolling muxer. */
export interface Muxer {
  /** Muxes what has arrived since the last step; idempotent, and never called twice at a time for one recording. */
  step(recordingId: RecordingId, options: { readonly final: boolean }): Promise<MuxResult>;
}
