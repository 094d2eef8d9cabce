import { PlayIndex } from '../../../signaling/protocol/play-index.ts';

/** Why something could not be fetched. */
export class SourceFailure extends Error {
  readonly reason: 'network' | 'missing' | 'gone';

  constructor(reason: 'network' | 'missing' | 'gone', cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'SourceFailure';
    this.reason = reason;
  }
}

/** `/media/{grant}/{recording}/…` without the grant. */
const placeOf = (url: string): string => new URL(url).pathname.split('/').slice(3).join('/');

const GRANT_REFUSED = new Set([401, 403, 410]);

/**
 * The signed folder of a recording. When its URL has expired a new one is asked for, once for all who wait, and what was asked is asked
 * again: a viewer who comes back from lunch notices nothing.
 */
export class PlaySource {
  #indexUrl: string;
  #renewing: Promise<void> | undefined;
  #renewals = 0;
  readonly #renew: () => Promise<string>;

  /** `renew` answers a fresh URL of the index; it rejects when the viewer may not watch any more. */
  constructor(indexUrl: string, renew: () => Promise<string>) {
    this.#indexUrl = new URL(indexUrl, document.baseURI).href;
    this.#renew = renew;
  }

  /** @throws SourceFailure */
  async index(signal: AbortSignal): Promise<PlayIndex> {
    const response = await this.#fetch('', signal, true);
    const parsed = PlayIndex.safeParse(await response.json().catch(() => null));
    if (!parsed.success) throw new SourceFailure('missing', parsed.error);
    return parsed.data;
  }

  /** `uri` is relative to the index. @throws SourceFailure, or the signal's reason. */
  async bytes(uri: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const response = await this.#fetch(uri, signal, true);
    try {
      return await response.arrayBuffer();
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceFailure('network', error);
    }
  }

  async #fetch(uri: string, signal: AbortSignal, mayRenew: boolean): Promise<Response> {
    const base = this.#indexUrl;
    const renewals = this.#renewals;
    const response = await fetch(new URL(uri === '' ? base : uri, base), { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new SourceFailure('network', error);
    });
    if (response.ok) return response;
    if (GRANT_REFUSED.has(response.status)) {
      if (!mayRenew) throw new SourceFailure('gone');
      // A refusal that was on its way while the URL was renewed asks for no second renewal.
      if (renewals === this.#renewals) await this.#renewOnce();
      return this.#fetch(uri, signal, false);
    }
    throw new SourceFailure(response.status === 404 ? 'missing' : 'network');
  }

  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew()
      .then((url) => {
        const renewed = new URL(url, document.baseURI).href;
        // Another edition is shown now: what was to be fetched is not part of it.
        if (placeOf(renewed) !== placeOf(this.#indexUrl)) throw new SourceFailure('gone');
        this.#indexUrl = renewed;
        this.#renewals += 1;
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }
}
