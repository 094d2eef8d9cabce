/** A picture on its way. */
export interface PictureLoad {
  /** Of one that is aborted nothing more is heard in Chromium; other browsers reject. */
  readonly done: Promise<void>;
  readonly abort: () => void;
}

export function loadPicture(url: string): PictureLoad {
  const image = new Image();
  image.src = url;
  return { done: image.decode(), abort: () => image.removeAttribute('src') };
}

/**
 * Loads the picture of the page that is shown, and the next one ahead of time. On a thin line two pictures take twice as long: whatever is
 * not the page of now is given up as soon as another one is asked for, and what is on its way already is not begun anew.
 */
export class PageLoader {
  readonly #begin: (url: string) => PictureLoad;
  readonly #loads = new Map<string, PictureLoad>();

  constructor(begin: (url: string) => PictureLoad = loadPicture) {
    this.#begin = begin;
  }

  /** @throws Error when the line fails; when another page is asked for meanwhile it may never end */
  show(url: string): Promise<void> {
    this.#giveUpAllBut(url);
    return this.#load(url);
  }

  /** Of a page that may be shown next; nobody waits for it. */
  prefetch(url: string): void {
    this.#load(url).catch(() => undefined);
  }

  close(): void {
    this.#giveUpAllBut(null);
  }

  #giveUpAllBut(wanted: string | null): void {
    for (const [url, load] of this.#loads) {
      if (url === wanted) continue;
      this.#loads.delete(url);
      load.abort();
    }
  }

  #load(url: string): Promise<void> {
    const known = this.#loads.get(url);
    if (known !== undefined) return known.done;
    const load = this.#begin(url);
    this.#loads.set(url, load);
    const forget = (): void => {
      if (this.#loads.get(url) === load) this.#loads.delete(url);
    };
    load.done.then(forget, forget);
    return load.done;
  }
}
