import type { RecognitionFailure } from '../../signaling/protocol/rest/captions.ts';

/** Why there are no captions: `detail` is for people, `cause` for the log. Trying again would change nothing. */
export class RecognitionError extends Error {
  readonly failure: RecognitionFailure;
  readonly detail: string | null;

  constructor(failure: RecognitionFailure, detail: string | null = null, cause?: unknown) {
    super(detail === null ? failure : `${failure}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'RecognitionError';
    this.failure = failure;
    this.detail = detail;
  }
}
