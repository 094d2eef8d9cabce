import type { RecordingLinkStore } from '../../storage/ports.ts';
import type { RecordingLinkId } from '../protocol/ids.ts';

/** A link that is revoked shows nothing more within this time, also to whoever is watching by it. */
const FRESH_MS = 5_000;
const MAX_KNOWN = 1_000;

interface Answer {
  readonly isOpen: Promise<boolean>;
  readonly untilMs: number;
}

/** Whether a link is still good, for every piece of media that is asked for by it; the database is asked now and then. */
export class LinkGate {
  readonly #links: Pick<RecordingLinkStore, 'isOpen'>;
  readonly #nowMs: () => number;
  readonly #known = new Map<RecordingLinkId, Answer>();

  constructor(links: Pick<RecordingLinkStore, 'isOpen'>, nowMs: () => number) {
    this.#links = links;
    this.#nowMs = nowMs;
  }

  /** @throws AppError `unavailable` while the database is away: what cannot be checked is not shown. */
  isOpen(linkId: RecordingLinkId): Promise<boolean> {
    const nowMs = this.#nowMs();
    const known = this.#known.get(linkId);
    if (known !== undefined && known.untilMs > nowMs) return known.isOpen;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const isOpen = this.#links.isOpen(linkId, nowMs);
    this.#known.set(linkId, { isOpen, untilMs: nowMs + FRESH_MS });
    isOpen.catch(() => this.#known.delete(linkId));
    return isOpen;
  }
}
