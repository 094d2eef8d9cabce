import type { CaptionCue } from '../../signaling/protocol/captions.ts';
import type { ClassGroupId, PersonId, RecordingId, RemarkId } from '../../signaling/protocol/ids.ts';
import type { CaptionOrigin } from '../../signaling/protocol/rest/captions.ts';
import type { ObservationAspect, ObservationVerdict, RemarkKind } from '../../signaling/protocol/rest/remarks.ts';
import type { Watched } from '../ports/watch-store.ts';
import type { Json } from './schema.ts';

/** Tables of what people add to recordings and make of them; see `schema.ts`. */

export interface RemarkTable {
  remark_id: RemarkId;
  recording_id: RecordingId;
  author_id: PersonId;
  kind: RemarkKind;
  at_ms: number;
  body: string;
  verdict: ObservationVerdict | null;
  aspect: ObservationAspect | null;
  /** The class that a question belongs to. */
  class_group_id: ClassGroupId | null;
  created_at: Date;
}

export interface WatchTable {
  recording_id: RecordingId;
  person_id: PersonId;
  first_at: Date;
  counted_at: Date;
  views: number;
  played_ms: number;
  last_ms: number;
  spans: Json<Watched['spans']>;
  heat: Json<readonly number[]>;
}

export interface CaptionVersionTable {
  recording_id: RecordingId;
  language: string;
  version: number;
  label: string;
  origin: CaptionOrigin;
  attempt: string | null;
  saved_by: PersonId | null;
  saved_at: Date;
  cue_count: number;
  /** `CaptionCue`s. */
  cues: Json<CaptionCue[]>;
}
