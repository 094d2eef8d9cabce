/**
 * Why a device cannot be used, as far as a browser tells; each has its own words and steps.
 *
 * - `refused`: the person, or a setting of the browser, has refused it for this site.
 * - `dismissed`: the question was closed without an answer; it is asked again.
 * - `system`: the operating system gives it to no page of this browser.
 * - `policy`: the page that shows this one does not pass it on.
 * - `blurFailed`: the background could not be blurred, or no longer; nothing is sent instead.
 * - `blurSlow`: this computer cannot keep pace with blurring.
 */
export type CaptureProblem =
  | 'refused'
  | 'dismissed'
  | 'system'
  | 'policy'
  | 'inUse'
  | 'notFound'
  | 'insecure'
  | 'unsupported'
  | 'cancelled'
  | 'blurFailed'
  | 'blurSlow'
  | 'unknown';

export class CaptureFailure extends Error {
  readonly problem: CaptureProblem;

  constructor(problem: CaptureProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'CaptureFailure';
    this.problem = problem;
  }
}

/** The end of a track that no other device could put right. */
export class TrackFailed extends Event {
  readonly problem: CaptureProblem;

  constructor(problem: CaptureProblem) {
    super('ended');
    this.problem = problem;
  }
}

/** Null: the device itself is gone. */
export const problemOf = (ended: Event): CaptureProblem | null => (ended instanceof TrackFailed ? ended.problem : null);

const PROBLEMS: Readonly<Record<string, CaptureProblem>> = {
  NotAllowedError: 'refused',
  PermissionDeniedError: 'refused',
  SecurityError: 'insecure',
  NotFoundError: 'notFound',
  DevicesNotFoundError: 'notFound',
  OverconstrainedError: 'notFound',
  NotReadableError: 'inUse',
  TrackStartError: 'inUse',
  AbortError: 'inUse',
};

type PolicedDocument = Document & { readonly featurePolicy?: { allowsFeature(feature: string): boolean } };

const isPassedOn = (kind: 'audio' | 'video'): boolean =>
  (document as PolicedDocument).featurePolicy?.allowsFeature(kind === 'video' ? 'camera' : 'microphone') !== false;

/** All of these are one name of error; Chromium tells them apart in its message, which is the only place. */
function refusal(message: string, kind: 'audio' | 'video' | null): CaptureProblem {
  if (kind !== null && !isPassedOn(kind)) return 'policy';
  if (/by system/i.test(message)) return 'system';
  return /dismissed/i.test(message) ? 'dismissed' : 'refused';
}

export function captureFailure(error: unknown, kind: 'audio' | 'video' | null = null): CaptureFailure {
  if (error instanceof CaptureFailure) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const problem = PROBLEMS[name] ?? 'unknown';
  return new CaptureFailure(problem === 'refused' ? refusal(message, kind) : problem, error);
}
