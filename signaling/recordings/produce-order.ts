import type { ProduceJob } from '../../recorder/contract.ts';
import type { Recording } from '../../storage/ports.ts';

/** The order for a recording's film, of the edition that counts now. */
export function produceOrder({ recordingId, title, edition }: Recording): ProduceJob {
  return { recordingId, title, edition: { version: edition.version, edition: edition.edition } };
}
