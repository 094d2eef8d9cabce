import { keepsTrack, mergeRanges, type NumberedEdition } from '../../signaling/protocol/edition.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { PlayIndex, type RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, VIEW_CHAPTERS_NAME } from '../../storage/objects/object-keys.ts';
import { sealJson } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { emptyMuxState, type EpochState, type MuxState } from '../mux/mux-state.ts';
import { PlayStore } from '../mux/play-store.ts';
import { composePlayFiles } from '../mux/playlists.ts';
import { viewChapters } from '../mux/view-chapters.ts';
import { readEvents } from '../produce/source/stored-recording.ts';
import { EDITION_NAME, EditionFiles } from './edition-files.ts';
import { editPictures } from './edition-pictures.ts';
import { editSound } from './edition-sound.ts';

export interface EditionViewsOptions {
  readonly objects: ObjectStore;
  readonly ffmpegPath: string;
  readonly recordingId: RecordingId;
  readonly edition: NumberedEdition;
}

export interface MadeEditionViews {
  /** Object key of the index: what it names, and nothing else, may be played. */
  readonly index: string;
  readonly durationUs: number;
}

/**
 * The views of a recording without what its edition leaves out: the same index as under `play/`, with fewer views, cut segments and another mix. Only what touches something left out is
 * made anew, so it takes seconds. Idempotent.
 *
 * @throws AppError `notFound` without a manifest or before anything was muxed, `conflict` before the last step of the muxer, `internal` when ffmpeg fails, and what the store throws.
 */
export async function makeEditionViews(options: EditionViewsOptions): Promise<MadeEditionViews> {
  const { objects, recordingId, edition } = options;
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
  const index = await readIndex(objects, recordingId);
  if (!index.complete) throw new AppError('conflict', { message: 'the recording has not been muxed to its end' });
  const { state } = await new PlayStore(objects, recordingId).readState();
  const tracks = manifest.tracks.filter((track) => keepsTrack(edition.edition, track));
  const files = new EditionFiles(objects, recordingId, edition.version);
  const kept = new Set(tracks.map(({ trackId }) => trackId));
  const edited = await editState(options, files, state, (epoch) => kept.has(epoch.trackId));
  const { durationUs } = index;
  const made = composePlayFiles({ manifest: { ...manifest, tracks }, state: edited, durationUs, isComplete: true });
  const events = await readEvents(objects, manifest);
  const { chapters: written } = edition.edition;
  const chapters = viewChapters({ manifest: { ...manifest, tracks }, events, index: made.index, written });
  await refuseErased(options, manifest);
  for (const [name, text] of made.texts) await files.putText(name, text);
  await files.putText(VIEW_CHAPTERS_NAME, chapters);
  await files.putText(EDITION_NAME, sealJson(edition).toString('utf8'));
  await files.putText('index.json', JSON.stringify(made.index));
  await files.deleteEarlier();
  return { index: objectKeys.editionIndex(recordingId, edition.version), durationUs: playedUs(made.index) };
}

/** Somebody's tracks may have been erased while they were read here: nothing of this may be left then. */
async function refuseErased({ objects, recordingId, edition }: EditionViewsOptions, seen: RecordingManifest) {
  const erased = ({ tracks }: RecordingManifest): number => tracks.filter((track) => track.erasedAtUnixMs).length;
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest !== undefined && erased(manifest) === erased(seen)) return;
  await objects.deletePrefix(objectKeys.edition(recordingId, edition.version, ''));
  throw new AppError('conflict', { message: 'tracks were erased meanwhile' });
}

async function editState(
  { ffmpegPath, recordingId, edition }: EditionViewsOptions,
  files: EditionFiles,
  state: MuxState,
  isKept: (epoch: EpochState) => boolean,
): Promise<MuxState> {
  const leftOut = mergeRanges([...state.leftOut, ...edition.edition.leftOut]);
  const pictures: EpochState[] = [];
  for (const epoch of state.epochs) {
    if (epoch.kind === 'video' && isKept(epoch)) {
      pictures.push(await editPictures({ ffmpegPath, files, epoch, leftOut }));
    }
  }
  const audio = state.epochs.filter(({ kind }) => kind === 'audio');
  const sound = await editSound({
    ffmpegPath,
    files,
    sound: state.sound,
    keptEpochs: audio.filter(isKept),
    leftOutEpochs: audio.filter((epoch) => !isKept(epoch)),
    leftOut,
  });
  return { ...emptyMuxState(recordingId), epochs: pictures, leftOut, ...(sound === undefined ? {} : { sound }) };
}

async function readIndex(objects: ObjectStore, recordingId: RecordingId): Promise<PlayIndex> {
  const { body } = await objects.getBuffer(objectKeys.playIndex(recordingId));
  return PlayIndex.parse(JSON.parse(body.toString('utf8')));
}

function playedUs({ durationUs, leftOut = [] }: PlayIndex): number {
  return leftOut.reduce((left, { fromUs, toUs }) => left - (toUs - fromUs), durationUs);
}
