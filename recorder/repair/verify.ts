import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, parseRawUploadPart } from '../../storage/objects/object-keys.ts';
import { sealStateOf } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { RecordingEvent } from '../contract.ts';
import { bodyOf, checkDerived } from './derived-check.ts';
import { EpochCheck, lossFindings, type EpochFacts } from './epoch-check.ts';
import { error, warning, type Finding } from './finding.ts';

export interface VerifyReport {
  readonly recordingId: RecordingId;
  readonly title: string;
  readonly state: RecordingManifest['state'];
  readonly endedAtUs: number | null;
  /** No finding is an error. */
  readonly isSound: boolean;
  readonly epochs: readonly EpochFacts[];
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
  const epochs: EpochFacts[] = [];
  const findings: Finding[] = await checkManifest(objects, recordingId);
  if (manifest.state === 'capturing')
    findings.push(warning('the recording has not ended, or its end was never stored'));
  else if (manifest.endedAtUs === undefined) findings.push(error('the manifest does not say when the recording ended'));
  for (const track of manifest.tracks) {
    for (const epoch of track.epochs) {
      const report = await new EpochCheck(objects, manifest, track, epoch).run();
      epochs.push(report.facts);
      findings.push(...report.findings, ...lossFindings(report.facts));
    }
  }
  findings.push(...(await checkEvents(objects, manifest)), ...(await checkListing(objects, manifest)));
  findings.push(...(await checkUpload(objects, manifest)));
  findings.push(...(await checkDerived(objects, manifest)));
  const { title, state, endedAtUs = null } = manifest;
  const isSound = findings.every(({ level }) => level !== 'error');
  return { recordingId, title, state, endedAtUs, isSound, epochs, findings };
}

/** What can be read of it may still be another number or name than was written. */
async function checkManifest(objects: ObjectStore, recordingId: RecordingId): Promise<Finding[]> {
  const key = objectKeys.manifest(recordingId);
  const { body } = await objects.getBuffer(key);
  const isBroken = sealStateOf(body, Object.keys(RecordingManifest.shape)) === 'broken';
  return isBroken ? [error('the manifest is not what was written', key)] : [];
}

async function checkEvents(objects: ObjectStore, manifest: RecordingManifest): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { key, lines, crc32: told } of manifest.events.chunks) {
    const body = await bodyOf(objects, key);
    if (body === undefined) {
      findings.push(error('is in the manifest but not in the store, or cannot be read there', key));
      continue;
    }
    if (told !== undefined && crc32(body) !== told) findings.push(error('its checksum is wrong', key));
    const found = body
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    const unknown = found.filter((line) => !isEvent(line)).length;
    if (found.length !== lines)
      findings.push(error(`the manifest says ${lines} lines, there are ${found.length}`, key));
    if (unknown > 0) findings.push(error(`${unknown} lines are no events`, key));
  }
  return findings;
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

function isEvent(line: string): boolean {
  try {
    return RecordingEvent.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
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
