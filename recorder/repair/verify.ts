import { createHash } from 'node:crypto';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, parseRawUploadPart } from '../../storage/objects/object-keys.ts';
import { sealStateOf } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { bodyOf, checkDerived } from './derived-check.ts';
import { checkEditions } from './edition-check.ts';
import { EpochCheck, lossFindings, type EpochFacts, type EpochReport } from './epoch-check.ts';
import { checkEvents } from './event-check.ts';
import { error, warning, type Finding } from './finding.ts';
import { checkGaps, type GapFacts, type TrackReport } from './gap-check.ts';

export interface VerifyReport {
  readonly recordingId: RecordingId;
  readonly title: string;
  readonly state: RecordingManifest['state'];
  readonly endedAtUs: number | null;
  /** No finding is an error. */
  readonly isSound: boolean;
  readonly epochs: readonly EpochFacts[];
  /** What the manifest marks as missing, in order of time. */
  readonly gaps: readonly GapFacts[];
  readonly findings: readonly Finding[];
}

/**
 * Reads everything that is stored of a recording and says what is wrong with it; changes nothing.
 *
 * @throws AppError `notFound` without a manifest, `internal` when it cannot be read, and what the store throws.
 */
export async function verifyRecording(objects: ObjectStore, recordingId: RecordingId): Promise<VerifyReport> {
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest === undefined) throw new AppError('notFound', { message: 'there is no such recording' });
  const findings: Finding[] = await checkManifest(objects, recordingId);
  if (manifest.state === 'capturing')
    findings.push(warning('the recording has not ended, or its end was never stored'));
  else if (manifest.endedAtUs === undefined) findings.push(error('the manifest does not say when the recording ended'));
  const tracks = await checkTracks(objects, manifest);
  const reports = tracks.flatMap(({ epochs }) => epochs);
  for (const report of reports) findings.push(...report.findings, ...lossFindings(report.facts));
  const { events, findings: eventFindings } = await checkEvents(objects, manifest);
  const { gaps, findings: gapFindings } = checkGaps(manifest, tracks, events);
  findings.push(...gapFindings, ...eventFindings, ...(await checkListing(objects, manifest)));
  findings.push(...(await checkUpload(objects, manifest)));
  findings.push(...(await checkDerived(objects, manifest)), ...(await checkEditions(objects, recordingId)));
  const { title, state, endedAtUs = null } = manifest;
  const isSound = findings.every(({ level }) => level !== 'error');
  const epochs = reports.map(({ facts }) => facts);
  return { recordingId, title, state, endedAtUs, isSound, epochs, gaps, findings };
}

async function checkTracks(objects: ObjectStore, manifest: RecordingManifest): Promise<TrackReport[]> {
  const tracks: TrackReport[] = [];
  for (const track of manifest.tracks) {
    const epochs: EpochReport[] = [];
    for (const epoch of track.epochs) epochs.push(await new EpochCheck(objects, manifest, track, epoch).run());
    tracks.push({ track, epochs });
  }
  return tracks;
}

/** What can be read of it may still be another number or name than was written. */
async function checkManifest(objects: ObjectStore, recordingId: RecordingId): Promise<Finding[]> {
  const key = objectKeys.manifest(recordingId);
  const { body } = await objects.getBuffer(key);
  const isBroken = sealStateOf(body, Object.keys(RecordingManifest.shape)) === 'broken';
  return isBroken ? [error('the manifest is not what was written', key)] : [];
}

/** The parts of an uploaded film lie one behind the other, to its very end, and are what came. */
async function checkUpload(objects: ObjectStore, { recordingId, upload }: RecordingManifest): Promise<Finding[]> {
  if (upload === undefined) return [];
  let at = 0;
  const hash = createHash('sha256');
  for await (const { key, bytes } of objects.list(objectKeys.rawUploadPrefix(recordingId))) {
    if (parseRawUploadPart(key) !== at) return [error(`does not begin where the part before it ends, at ${at}`, key)];
    const body = await bodyOf(objects, key);
    if (body?.length !== bytes) return [error('is a part of the uploaded film that cannot be read', key)];
    hash.update(body);
    at += bytes;
  }
  if (at !== upload.bytes) return [error(`${upload.bytes} bytes were uploaded, ${at} are there`)];
  const isDamaged = upload.sha256 !== undefined && hash.digest('hex') !== upload.sha256;
  return isDamaged ? [error('the uploaded film is not what came: its checksum is wrong')] : [];
}

/** What was stored but never listed is of no use to anybody, and tells of a capture that was cut off. */
async function checkListing(objects: ObjectStore, manifest: RecordingManifest): Promise<Finding[]> {
  const listed = new Set([
    ...manifest.events.chunks.map(({ key }) => key),
    ...manifest.tracks.flatMap(({ epochs }) => epochs.flatMap(({ chunks }) => chunks.map(({ key }) => key))),
  ]);
  const findings: Finding[] = [];
  const isPart = (key: string): boolean => manifest.upload !== undefined && parseRawUploadPart(key) !== undefined;
  for await (const { key } of objects.list(objectKeys.rawPrefix(manifest.recordingId))) {
    if (!listed.has(key) && !isPart(key)) findings.push(warning('is in the store but not in the manifest', key));
  }
  return findings;
}
