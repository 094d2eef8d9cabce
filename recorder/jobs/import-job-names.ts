import { RecordingId } from '../../signaling/protocol/ids.ts';

/** Names in Redis that whoever orders an import and whoever does it must agree on. */
const PREFIX = 'import-';

export const importJobId = (recordingId: RecordingId): string => `${PREFIX}${recordingId}`;

export function recordingOfImportJob(jobId: string): RecordingId | undefined {
  if (!jobId.startsWith(PREFIX)) return undefined;
  return RecordingId.safeParse(jobId.slice(PREFIX.length)).data;
}

/** While this key is there, whoever imports the recording stops. */
export const importCancelKey = (recordingId: RecordingId): string => `tongke:import:cancelled:${recordingId}`;
