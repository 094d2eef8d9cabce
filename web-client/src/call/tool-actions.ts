import type { ClassRules, ReportTarget } from '../../../signaling/protocol/class-order.ts';
import type { PickAmong } from '../../../signaling/protocol/class-tools.ts';
import { RequestId } from '../../../signaling/protocol/ids.ts';
import type { CoursewareId, PollId, RaceId, ReportId, SeatId, StrokeId } from '../../../signaling/protocol/ids.ts';
import type { PollAnswer, PollQuestion } from '../../../signaling/protocol/polls.ts';
import type { CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';
import type { MeasuredSound } from '../../../signaling/protocol/room-sound.ts';
import type { RoomParams, RoomResult } from '../../../signaling/protocol/room.ts';
import { randomId } from './random-id.ts';
import type { RoomStore } from './room-store.ts';
import type { SignalingClient } from './signaling-client.ts';

const newRequestId = (): RequestId => RequestId.parse(randomId());

interface PagePlace {
  readonly coursewareId: CoursewareId;
  readonly page: number;
}

/** Questions, random pick, countdown, answering race, pages: what a teacher does with the class, and what the class does. */
export class ToolActions {
  readonly #store: RoomStore;
  readonly #call: SignalingClient['call'];

  constructor(store: RoomStore, call: SignalingClient['call']) {
    this.#store = store;
    this.#call = call;
  }

  setRules(rules: ClassRules): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, order: { ...state.tools.order, rules } } }),
      () => this.#call('setRules', rules),
    );
  }

  openMicrophone(seatId: SeatId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('openMicrophone', { seatId }));
  }

  handOver(seatId: SeatId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('handOver', { seatId }));
  }

  appointCoTeacher(seatId: SeatId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('appointCoTeacher', { seatId }));
  }

  /** True when it is stored. */
  async report(target: ReportTarget, reason: string): Promise<boolean> {
    return (await this.#store.act(null, () => this.#call('report', { target, reason }))) !== null;
  }

  seeReport(reportId: ReportId): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const reports = state.tools.reports.map((one) => (one.reportId === reportId ? { ...one, isSeen: true } : one));
        return { ...state, tools: { ...state.tools, reports } };
      },
      () => this.#call('seeReport', { reportId }),
    );
  }

  takeOver(): Promise<unknown> {
    return this.#store.act(null, () => this.#call('takeOver', {}));
  }

  /** True when it is asked. */
  async askPoll(question: PollQuestion): Promise<boolean> {
    const requestId = newRequestId();
    return (await this.#store.act(null, () => this.#call('askPoll', { requestId, question }))) !== null;
  }

  async preparePoll(question: PollQuestion): Promise<boolean> {
    const requestId = newRequestId();
    return (await this.#store.act(null, () => this.#call('preparePoll', { requestId, question }))) !== null;
  }

  /** Shown as on or off at once: the pictures follow as pupils agree. */
  setWall(isOn: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, wall: { ...state.tools.wall, isOn } } }),
      () => this.#call('setWall', { isOn }),
    );
  }

  openPoll(pollId: PollId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('openPoll', { pollId }));
  }

  closePoll(pollId: PollId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('closePoll', { pollId }));
  }

  publishPoll(pollId: PollId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('publishPoll', { pollId }));
  }

  removePoll(pollId: PollId): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const polls = state.tools.polls.filter((poll) => poll.pollId !== pollId);
        return { ...state, tools: { ...state.tools, polls } };
      },
      () => this.#call('removePoll', { pollId }),
    );
  }

  hidePoll(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, poll: null } }),
      () => this.#call('hidePoll', {}),
    );
  }

  pollAnswers(pollId: PollId) {
    return this.#store.act(null, () => this.#call('pollAnswers', { pollId }));
  }

  async pastQuestions(): Promise<readonly PollQuestion[] | null> {
    return (await this.#store.act(null, () => this.#call('pastQuestions', {})))?.questions ?? null;
  }

  /** True once it is stored: only then is it shown as handed in. */
  async answerPoll(pollId: PollId, answer: PollAnswer): Promise<boolean> {
    const requestId = newRequestId();
    const result = await this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, myAnswer: answer } }),
      () => this.#call('answerPoll', { requestId, pollId, answer }),
    );
    return result !== null;
  }

  /** What everybody on the roll has done so far; null while it cannot be had, which nobody needs to be told: it is asked for again. */
  async activity(): Promise<RoomResult<'activity'> | null> {
    return await this.#call('activity', {}).catch(() => null);
  }

  pickSomebody(among: PickAmong): Promise<unknown> {
    const requestId = newRequestId();
    return this.#store.act(null, () => this.#call('pickSomebody', { requestId, among }));
  }

  clearPick(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, pick: null } }),
      () => this.#call('clearPick', {}),
    );
  }

  startCountdown(durationMs: number, sounds: boolean): Promise<unknown> {
    return this.#store.act(null, () => this.#call('startCountdown', { durationMs, sounds }));
  }

  setCountdownPaused(paused: boolean): Promise<unknown> {
    return this.#store.act(null, () => this.#call('setCountdownPaused', { paused }));
  }

  stopCountdown(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, countdown: null } }),
      () => this.#call('stopCountdown', {}),
    );
  }

  /** Shown at once on one's own screen where the file is known. */
  showPage({ coursewareId, page }: PagePlace, files: readonly CoursewareItem[]): Promise<unknown> {
    const file = files.find((one) => one.coursewareId === coursewareId);
    const size = file?.pages[page - 1];
    const { pagesUrl = null, fileName = '', pages = [] } = file ?? {};
    const shown =
      size === undefined || pagesUrl === null
        ? null
        : { coursewareId, fileName, page, pageCount: pages.length, size, pagesUrl };
    return this.#store.act(
      shown === null
        ? null
        : (state) => {
            const before = state.tools.page;
            // What is written on it comes with the server's word, which may be there already.
            if (before?.coursewareId === coursewareId && before.page === page) return state;
            const ink = { ...state.tools.ink, strokes: [] };
            return { ...state, tools: { ...state.tools, page: shown, ink } };
          },
      () => this.#call('showPage', { coursewareId, page }),
    );
  }

  hidePage(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, page: null } }),
      () => this.#call('hidePage', {}),
    );
  }

  /** True when it has arrived. */
  async drawInk(part: RoomParams<'drawInk'>): Promise<boolean> {
    return (await this.#store.act(null, () => this.#call('drawInk', part))) !== null;
  }

  undoInk(place: PagePlace, strokeId: StrokeId): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const strokes = state.tools.ink.strokes.filter((stroke) => stroke.strokeId !== strokeId);
        return { ...state, tools: { ...state.tools, ink: { ...state.tools.ink, strokes } } };
      },
      () => this.#call('undoInk', { ...place, strokeId }),
    );
  }

  clearInk(place: PagePlace): Promise<unknown> {
    return this.#store.act(null, () => this.#call('clearInk', place));
  }

  setInkOpen(isOpen: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, ink: { ...state.tools.ink, isOpen } } }),
      () => this.#call('setInkOpen', { isOpen }),
    );
  }

  reportSound(measured: MeasuredSound): Promise<unknown> {
    return this.#store.act(null, () => this.#call('reportSound', measured));
  }

  reportEcho(seatId: SeatId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('reportEcho', { seatId }));
  }

  letEchoGo(seatId: SeatId): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const echoes = state.tools.sound.echoes.map((echo) =>
          echo.seatId === seatId ? { ...echo, state: 'letGo' as const } : echo,
        );
        return { ...state, tools: { ...state.tools, sound: { ...state.tools.sound, echoes } } };
      },
      () => this.#call('letEchoGo', { seatId }),
    );
  }

  startRace(): Promise<unknown> {
    const requestId = newRequestId();
    return this.#store.act(null, () => this.#call('startRace', { requestId }));
  }

  endRace(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, tools: { ...state.tools, race: null } }),
      () => this.#call('endRace', {}),
    );
  }

  async pressRace(raceId: RaceId) {
    return (await this.#store.act(null, () => this.#call('pressRace', { raceId })))?.outcome ?? null;
  }
}
