import type { SiteHealth } from '../../../../signaling/protocol/rest/sites.ts';
import type { SiteSettings } from './site-settings.ts';
import type { SiteShare } from './site-share.ts';

type Vitals = Pick<SiteHealth, 'lessonId' | 'line'>;

/** Told by the lesson that is on, read when the next report is due. */
export class SiteVitals {
  #state: Vitals = { lessonId: null, line: null };
  #onLesson: () => void = () => undefined;

  get state(): Vitals {
    return this.#state;
  }

  show(state: Vitals): void {
    const isOther = state.lessonId !== this.#state.lessonId;
    this.#state = state;
    if (isOther) this.#onLesson();
  }

  /** Another lesson than before, or none. Returns the function that stops it. */
  watchLesson(told: () => void): () => void {
    this.#onLesson = told;
    return () => {
      this.#onLesson = () => undefined;
    };
  }
}

/** What lives as long as the screen's page, whether a lesson is on or not. */
export interface SiteKit {
  readonly settings: SiteSettings;
  readonly share: SiteShare;
  readonly vitals: SiteVitals;
  readonly screens: number;
  /** To be scanned by the teacher in front of the screen; null while there is none. */
  readonly pairingCode: string | null;
  /** Names of the teachers whose phones are paired. */
  readonly phones: readonly string[];
}
