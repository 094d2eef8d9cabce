import type { ProduceJob } from '../../recorder/contract.ts';
import { localDateOf } from '../../storage/local-time.ts';
import type { Recording } from '../../storage/ports.ts';

/** The order for a recording's film, of the edition that counts now. */
export function produceOrder(recording: Recording): ProduceJob {
  const { recordingId, title, edition, subject, lecturerName, schoolName, startedAtMs, timeZone } = recording;
  return {
    recordingId,
    title,
    card: { subject, teacher: lecturerName, school: schoolName, date: dateWords(localDateOf(startedAtMs, timeZone)) },
    edition: { version: edition.version, edition: edition.edition },
  };
}

/** `2026-09-01` as it is written on a board. */
function dateWords(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
