import type { ActiveSpeakerObserver, AudioLevelObserver, Producer, Router } from 'mediasoup/types';
import type { SeatId } from '../../signaling/protocol/ids.ts';
import { TalkTime, type Talked } from './talk-time.ts';

const DOMINANT_INTERVAL_MS = 300;
/** Nobody has spoken for this long: there is no active speaker. */
const SILENCE_MS = 2_000;
/** A quiet room with its fans is below this. */
const SPEECH_THRESHOLD_DBOV = -55;

export interface SpeakersOptions {
  readonly onChange: (producerId: string | null) => void;
  readonly onTalked: (talked: Talked[]) => void;
}

/** Who is speaking in a room: the dominant speaker, or nobody after two seconds of silence; and how long each was heard. */
export class Speakers {
  readonly #dominance: ActiveSpeakerObserver;
  readonly #levels: AudioLevelObserver;
  readonly #talkTime: TalkTime;
  readonly #onChange: (producerId: string | null) => void;
  #current: string | null = null;

  static async create(router: Router, { onChange, onTalked }: SpeakersOptions): Promise<Speakers> {
    const [dominance, levels, talkTime] = await Promise.all([
      router.createActiveSpeakerObserver({ interval: DOMINANT_INTERVAL_MS }),
      router.createAudioLevelObserver({ maxEntries: 1, threshold: SPEECH_THRESHOLD_DBOV, interval: SILENCE_MS }),
      TalkTime.create(router, SPEECH_THRESHOLD_DBOV, onTalked),
    ]);
    return new Speakers(dominance, levels, talkTime, onChange);
  }

  private constructor(
    dominance: ActiveSpeakerObserver,
    levels: AudioLevelObserver,
    talkTime: TalkTime,
    onChange: (producerId: string | null) => void,
  ) {
    this.#dominance = dominance;
    this.#levels = levels;
    this.#talkTime = talkTime;
    this.#onChange = onChange;
    dominance.on('dominantspeaker', ({ producer }) => this.#set(producer.id));
    levels.on('silence', () => this.#set(null));
    // The observer of dominance says nothing when the same person goes on after a silence.
    levels.on('volumes', ([loudest]) => {
      if (this.#current === null && loudest !== undefined) {
        this.#set(loudest.producer.id);
      }
    });
  }

  async add(producer: Producer, seatId: SeatId): Promise<void> {
    await Promise.all([
      this.#dominance.addProducer({ producerId: producer.id }),
      this.#levels.addProducer({ producerId: producer.id }),
      this.#talkTime.add(producer, seatId),
    ]);
  }

  /** Closed producers leave the observers by themselves. */
  handleProducerClosed(producerId: string): void {
    this.#talkTime.handleProducerClosed(producerId);
    if (this.#current === producerId) {
      this.#set(null);
    }
  }

  #set(producerId: string | null): void {
    if (producerId !== this.#current) {
      this.#current = producerId;
      this.#onChange(producerId);
    }
  }
}
