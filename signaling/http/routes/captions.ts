import type { CaptionVersion, Recording } from '../../../storage/ports.ts';
import { tokenHash } from '../../auth/secret-token.ts';
import { linkedRecording } from '../../recordings/linked-recording.ts';
import type { RecordingCaptions } from '../../recordings/recording-captions.ts';
import { readCaptionFile } from '../../protocol/caption-file.ts';
import { CaptionTimes } from '../../protocol/captions.ts';
import { AppError, type FieldProblem } from '../../protocol/errors.ts';
import type { RecordingId } from '../../protocol/ids.ts';
import { problemWords } from '../../protocol/problems.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { personOf, type Caller, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isCopy, manages } from '../recording-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { visibleRecording } from './recordings.ts';

type Names =
  | 'listCaptions'
  | 'getCaptions'
  | 'listSharedCaptions'
  | 'getSharedCaptions'
  | 'listCaptionVersions'
  | 'saveCaptions'
  | 'uploadCaptions'
  | 'deleteCaptions'
  | 'recogniseCaptions'
  | 'cancelRecognition';
type Summary = RouteReplyInput<'saveCaptions'>;
type Recognition = RouteReplyInput<'listCaptions'>['recognition'];

/** Captions belong to who made the recording; a copy shows them. */
const managesCaptions = (person: PersonCaller, recording: Recording): boolean =>
  !isCopy(recording) && manages(person, recording);

const summaryOf = ({ language, label, version, origin, cueCount, savedAtMs }: CaptionVersion): Summary => ({
  ...{ language, label, version, origin, cueCount, savedAtMs },
});

export class CaptionRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #captions: RecordingCaptions;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#captions = dependencies.captions;
  }

  readonly listCaptions: RestHandlers['listCaptions'] = async ({ params }, { caller }) => {
    const person = personOf(caller);
    const recording = await visibleRecording(this.#dependencies, person, params.recordingId);
    const captions = (await this.#captions.list(recording)).map(summaryOf);
    return {
      captions,
      mayManage: managesCaptions(person, recording),
      leftOut: await this.#captions.leftOut(recording),
      recognition: managesCaptions(person, recording) ? await this.#recognition(recording, captions) : null,
    };
  };

  readonly getCaptions: RestHandlers['getCaptions'] = async ({ params, query }, { caller }) => {
    const person = personOf(caller);
    const recording = await visibleRecording(this.#dependencies, person, params.recordingId);
    const wantsAll = query.all !== undefined || query.version !== undefined;
    if (wantsAll && !managesCaptions(person, recording)) throw new AppError('forbidden');
    return this.#textOf(recording, params.language, wantsAll, query.version);
  };

  readonly listSharedCaptions: RestHandlers['listSharedCaptions'] = async ({ params }, { address }) => {
    const recording = await this.#shared(params.token, address);
    const captions = (await this.#captions.list(recording)).map(summaryOf);
    return { captions, mayManage: false, leftOut: await this.#captions.leftOut(recording), recognition: null };
  };

  readonly getSharedCaptions: RestHandlers['getSharedCaptions'] = async ({ params }, { address }) =>
    this.#textOf(await this.#shared(params.token, address), params.language, false);

  readonly listCaptionVersions: RestHandlers['listCaptionVersions'] = async ({ params }, { caller }) => {
    const { recording } = await this.#managed(caller, params.recordingId);
    const versions = await this.#captions.versions(recording, params.language);
    return { versions: versions.map((version) => ({ ...summaryOf(version), savedByName: version.savedByName })) };
  };

  readonly saveCaptions: RestHandlers['saveCaptions'] = async ({ params, body }, { caller }) => {
    const { person, recording } = await this.#managed(caller, params.recordingId);
    const { label, baseVersion, cues } = body;
    const saved = { savedBy: person.personId, savedAtMs: this.#dependencies.nowMs() };
    const origin = { origin: 'editor', attempt: null } as const;
    const draft = { language: params.language, label, baseVersion, cues, ...origin, ...saved };
    return summaryOf(await this.#captions.save(recording, draft));
  };

  readonly uploadCaptions: RestHandlers['uploadCaptions'] = async ({ params, body }, { caller }) => {
    const { person, recording } = await this.#managed(caller, params.recordingId);
    const { label, baseVersion } = body;
    const read = readCaptionFile(body.file);
    if (read.cues === undefined) {
      const problems = read.problems.map(({ line, code }): FieldProblem => {
        const values = { line };
        return { path: `file.${line}`, code, values, message: problemWords(code, values) };
      });
      throw new AppError('invalidInput', { details: { problems } });
    }
    const { film } = await this.#captions.leftOut(recording);
    const cues = body.times === 'session' ? read.cues : new CaptionTimes(film).toSession(read.cues);
    const saved = { savedBy: person.personId, savedAtMs: this.#dependencies.nowMs() };
    const origin = { origin: 'file', attempt: null } as const;
    const draft = { language: params.language, label, baseVersion, cues, ...origin, ...saved };
    return summaryOf(await this.#captions.save(recording, draft));
  };

  readonly deleteCaptions: RestHandlers['deleteCaptions'] = async ({ params }, { caller }) => {
    const { recording } = await this.#managed(caller, params.recordingId);
    await this.#captions.delete(recording, params.language);
    return {};
  };

  readonly recogniseCaptions: RestHandlers['recogniseCaptions'] = async ({ params }, { caller }) => {
    const { recording } = await this.#managed(caller, params.recordingId);
    const { captionOrders } = this.#dependencies;
    const offer = await captionOrders.offer();
    if (offer === undefined) throw new AppError('unavailable', { message: 'no recorder recognises speech' });
    const isOver = recording.phase !== 'recording' && recording.phase !== 'finishing';
    if (!offer.languages.includes(params.language) || !isOver) throw new AppError('conflict');
    await captionOrders.order({ recordingId: recording.recordingId, language: params.language });
    return {};
  };

  readonly cancelRecognition: RestHandlers['cancelRecognition'] = async ({ params }, { caller }) => {
    const { recording } = await this.#managed(caller, params.recordingId);
    await this.#dependencies.captionOrders.cancel({ recordingId: recording.recordingId, language: params.language });
    return {};
  };

  /** Null where nobody recognises speech, so that nothing is offered that is not there. */
  async #recognition({ recordingId }: Recording, captions: readonly Summary[]): Promise<Recognition> {
    const { captionOrders } = this.#dependencies;
    const offer = await captionOrders.offer();
    if (offer === undefined) return null;
    const current: NonNullable<Recognition>['current'] = [];
    for (const language of offer.languages) {
      const state = await captionOrders.state({ recordingId, language });
      // What is done shows in the list, once it has been taken.
      if (state.state === 'none' || (state.state === 'done' && captions.some((one) => one.language === language))) {
        continue;
      }
      if (state.state === 'done') current.push({ state: 'running', language, fraction: 1 });
      else current.push({ ...state, language });
    }
    return { languages: [...offer.languages], current };
  }

  async #textOf(
    recording: Recording,
    language: string,
    isForManagers: boolean,
    version?: number,
  ): Promise<RouteReplyInput<'getCaptions'>> {
    const found = await this.#captions.find(recording, language, version);
    if (found === undefined) throw new AppError('notFound');
    const cues = await this.#captions.shown(recording, found.cues, isForManagers);
    return { ...summaryOf(found), cues, leftOut: await this.#captions.leftOut(recording) };
  }

  /** @throws AppError as `linkedRecording`. */
  async #shared(token: string, address: string): Promise<Recording> {
    const { limits, stores, nowMs } = this.#dependencies;
    await limits.consume('invitationAddress', address);
    return (await linkedRecording(stores, tokenHash(token), nowMs())).recording;
  }

  async #managed(
    caller: Caller,
    recordingId: RecordingId,
  ): Promise<{ readonly person: PersonCaller; readonly recording: Recording }> {
    const person = personOf(caller);
    const recording = await visibleRecording(this.#dependencies, person, recordingId);
    if (!managesCaptions(person, recording)) throw new AppError('forbidden');
    return { person, recording };
  }
}
