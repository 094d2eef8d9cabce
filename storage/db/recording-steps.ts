import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { RecordingPhase } from '../../signaling/protocol/rest/recordings.ts';
import type { Recording, RecordingStore } from '../ports/recording-store.ts';
import type { Database } from './schema.ts';

type CaptureSteps = Pick<RecordingStore, 'markFinishing' | 'markPlayable'>;
type ProductionSteps = Pick<
  RecordingStore,
  'markProducing' | 'setProgress' | 'markReady' | 'markFailed' | 'markProductionCancelled'
>;
type Require = (recordingId: RecordingId) => Promise<Recording>;

/**
 * How a recording goes on. Each step is one conditional update. `progress` is set while production runs, also while
 * the tail is still on its way (`finishing`), so that production that begins early is not forgotten.
 */
export function recordingSteps(db: Kysely<Database>, require: Require): CaptureSteps & ProductionSteps {
  return { ...captureSteps(db, require), ...productionSteps(db, require) };
}

const update = (db: Kysely<Database>, recordingId: RecordingId) =>
  db.updateTable('recordings').where('recording_id', '=', recordingId);

function captureSteps(db: Kysely<Database>, require: Require): CaptureSteps {
  return {
    async markFinishing(recordingId, endedAtMs) {
      await update(db, recordingId)
        .set({ phase: 'finishing', ended_at: new Date(endedAtMs) })
        .where('phase', '=', 'recording')
        .execute();
      return require(recordingId);
    },
    async markPlayable(recordingId, { indexKey, durationMs, isFinal }) {
      await update(db, recordingId)
        .set({
          views_index_key: indexKey,
          // What the film lasts stands, once there is one.
          duration_ms: sql<number>`case when film is null then ${Math.round(durationMs)} else duration_ms end`,
          phase: sql<RecordingPhase>`case
            when phase = 'finishing' and progress is null then 'playable'
            when phase = 'finishing' then 'producing'
            else phase end`,
        })
        .$if(!isFinal, (query) => query.where('phase', '=', 'recording'))
        .execute();
      return require(recordingId);
    },
  };
}

function productionSteps(db: Kysely<Database>, require: Require): ProductionSteps {
  return {
    async markProducing(recordingId) {
      await update(db, recordingId)
        .set({
          phase: sql<RecordingPhase>`case when phase = 'finishing' then phase else 'producing' end`,
          progress: sql<number>`coalesce(progress, 0)`,
          failure: null,
        })
        .where('phase', '<>', 'recording')
        .execute();
      return notWhileRecording(await require(recordingId));
    },
    async setProgress(recordingId, { fraction, secondsLeft }) {
      await update(db, recordingId)
        .set({ progress: Math.min(1, Math.max(0, fraction)), seconds_left: secondsLeft })
        .where('progress', 'is not', null)
        .execute();
    },
    async markReady(recordingId, film) {
      await update(db, recordingId)
        .set({
          phase: 'ready',
          film: JSON.stringify(film),
          duration_ms: Math.round(film.durationMs),
          progress: null,
          seconds_left: null,
          failure: null,
        })
        .where('phase', '<>', 'recording')
        .execute();
      return notWhileRecording(await require(recordingId));
    },
    async markFailed(recordingId, failure) {
      await update(db, recordingId)
        .set({ phase: 'failed', failure, progress: null, seconds_left: null })
        .where('phase', '<>', 'ready')
        .execute();
      return require(recordingId);
    },
    async markProductionCancelled(recordingId) {
      await update(db, recordingId)
        .set({
          phase: sql<RecordingPhase>`case
            when phase = 'finishing' then phase
            when film is not null then 'ready'
            when views_index_key is not null then 'playable'
            else phase end`,
          progress: null,
          seconds_left: null,
          failure: null,
        })
        .where('phase', 'in', ['finishing', 'producing', 'failed'])
        .execute();
      return require(recordingId);
    },
  };
}

function notWhileRecording(recording: Recording): Recording {
  if (recording.phase === 'recording') throw new AppError('conflict', { details: { phase: recording.phase } });
  return recording;
}
