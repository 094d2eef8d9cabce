import { RecordingId } from '../../signaling/protocol/ids.ts';

/** Names in Redis that whoever orders a production and whoever does it must agree on. */
const PRODUCE_PREFIX = 'produce-';
const PART_PREFIX = 'part-';
const MUX_PREFIX = 'mux-';
const FINAL_SUFFIX = '-final';

/** One production of a recording at a time: its id makes a second order find the first. */
export function produceJobId(recordingId: RecordingId): string {
  return `${PRODUCE_PREFIX}${recordingId}`;
}

export function recordingOfProduceJob(jobId: string): RecordingId | undefined {
  return jobId.startsWith(PRODUCE_PREFIX) ? parsed(jobId.slice(PRODUCE_PREFIX.length)) : undefined;
}

/** A part of one recording's film is made once at a time, whoever ordered it. */
export function partJobId(recordingId: RecordingId, part: string): string {
  return `${PART_PREFIX}${recordingId}-${part}`;
}

export function recordingOfFinalMuxJob(jobId: string): RecordingId | undefined {
  const isFinal = jobId.startsWith(MUX_PREFIX) && jobId.endsWith(FINAL_SUFFIX);
  return isFinal ? parsed(jobId.slice(MUX_PREFIX.length, -FINAL_SUFFIX.length)) : undefined;
}

/** While this key is there, whoever produces the recording stops. */
export function cancelKey(recordingId: RecordingId): string {
  return `tongke:produce:cancelled:${recordingId}`;
}

/** What the parts of a production have done so far. */
export function progressKey(recordingId: RecordingId): string {
  return `tongke:produce:progress:${recordingId}`;
}

function parsed(text: string): RecordingId | undefined {
  const result = RecordingId.safeParse(text);
  return result.success ? result.data : undefined;
}
