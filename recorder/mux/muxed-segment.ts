import type { StoredRun } from './mux-state.ts';

/** Everything of a run but where it is stored. */
export interface RunFormat {
  readonly container: StoredRun['container'];
  readonly mimeType: string;
  readonly width?: number;
  readonly height?: number;
  readonly init: Buffer;
}

/** A finished segment, not stored yet. */
export interface MuxedSegment {
  readonly format: RunFormat;
  readonly startUs: number;
  readonly endUs: number;
  readonly body: Buffer;
}
