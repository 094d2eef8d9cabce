import * as z from 'zod';
import { CaptionCues, LanguageTag } from '../../signaling/protocol/captions.ts';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { RecognitionFailure } from '../../signaling/protocol/rest/captions.ts';

/**
 * Speech recognition as a job between signaling, which orders it and takes what it made into the database, and recorder-produce, which does it.
 * One job per recording and language: its id makes a second order find the first.
 */
export const CAPTION_QUEUE = 'tongke-captions';

export const CaptionJob = z.object({ recordingId: RecordingId, language: LanguageTag });
export type CaptionJob = z.infer<typeof CaptionJob>;

export const CaptionResult = z.object({
  recordingId: RecordingId,
  language: LanguageTag,
  attempt: z.string(),
  /** Object with `RecognisedCaptions`. */
  key: z.string(),
});
export type CaptionResult = z.infer<typeof CaptionResult>;

/** What an attempt leaves in the object store, in session time. */
export const RecognisedCaptions = z.object({ cues: CaptionCues });

/** BullMQ `progress`. */
export const CaptionProgress = z.object({ fraction: z.number().min(0).max(1) });

/** BullMQ `failedReason`, as JSON: what people are told of it. */
export const CaptionFailure = z.object({ failure: RecognitionFailure, detail: z.string().nullable() });
export type CaptionFailure = z.infer<typeof CaptionFailure>;

/** What a recorder with a `CAPTION_COMMAND` says of itself, again and again while it runs. */
export const CaptionOffer = z.object({
  languages: z.array(LanguageTag).min(1),
  /** Captions are made after each production, in the first language. */
  isAutomatic: z.boolean(),
});
export type CaptionOffer = z.infer<typeof CaptionOffer>;

export const OFFER_KEY = 'tongke:captions:offer';
export const OFFER_TTL_SECONDS = 30;

const PREFIX = 'captions-';

export const captionJobId = ({ recordingId, language }: CaptionJob): string => `${PREFIX}${recordingId}-${language}`;

/** While this key is there, whoever works on the job stops. */
export const captionCancelKey = ({ recordingId, language }: CaptionJob): string =>
  `tongke:captions:cancelled:${recordingId}:${language}`;

/** A failure as BullMQ keeps it, and back. */
export const failureText = (failure: CaptionFailure): string => JSON.stringify(failure);

export function failureOfText(text: string | undefined): CaptionFailure {
  try {
    return CaptionFailure.parse(JSON.parse(text ?? ''));
  } catch {
    // A process that was killed too often leaves BullMQ's own words.
    return { failure: 'internal', detail: null };
  }
}
