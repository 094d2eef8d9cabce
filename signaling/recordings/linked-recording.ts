import type { Recording, RecordingLink, Stores } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';

/**
 * What a link shows: a recording whose lesson has ended. Who may be in a room is decided at its door; a link must not be a way to look in while a lesson runs, of which nobody
 * has seen yet whether it can be shown to strangers.
 *
 * @throws AppError `invitationExpired` for a link that is over, or none, and `conflict` (`details.field`: `phase`) while the lesson is running.
 */
export async function linkedRecording(
  { recordingLinks, recordings }: Pick<Stores, 'recordingLinks' | 'recordings'>,
  tokenHash: string,
  nowMs: number,
): Promise<{ readonly link: RecordingLink; readonly recording: Recording }> {
  const link = await recordingLinks.find(tokenHash, nowMs);
  const recording = link === undefined ? undefined : await recordings.recording(link.recordingId);
  if (link === undefined || recording === undefined) throw new AppError('invitationExpired');
  if (recording.phase === 'recording') throw new AppError('conflict', { details: { field: 'phase' } });
  return { link, recording };
}
