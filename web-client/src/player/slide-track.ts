import type { Slide, SlideIndex } from '../../../signaling/protocol/slide-index.ts';

/** The slide of an instant, and the one to fetch ahead. Both null where there is none. */
export interface SlidesAt {
  readonly shown: Slide | null;
  readonly next: Slide | null;
}

/** `atS` on the clock of the index. Before the first one that is shown already: better a page too early than none. */
export function slidesAt({ slides }: SlideIndex, atS: number): SlidesAt {
  const at = Math.max(
    0,
    slides.findLastIndex(({ atUs }) => atUs <= atS * 1e6),
  );
  return { shown: slides[at] ?? null, next: slides.slice(at + 1).find(({ uri }) => uri !== null) ?? null };
}

/** The page that is all there is on the board at an instant; null where it has none, or something moves on it. */
export function pageAt({ slides }: SlideIndex, atS: number): Slide | null {
  const last = slides.findLast(({ atUs }) => atUs <= atS * 1e6);
  return last?.pageUntilUs !== undefined && atS * 1e6 < last.pageUntilUs ? last : null;
}

export const hasPages = ({ slides }: SlideIndex): boolean =>
  slides.some(({ pageUntilUs }) => pageUntilUs !== undefined);

/** Where the sound of a film is, by its HLS master (RFC 8216 §4.3.4.1); undefined when it has none of its own. */
export function soundPlaylistOf(master: string, masterUrl: string): string | undefined {
  const line = master.split(/\r?\n/).find((each) => /^#EXT-X-MEDIA:(?:.*,)?TYPE=AUDIO\b/.test(each));
  const uri = /\bURI="([^"]+)"/.exec(line ?? '')?.[1];
  return uri === undefined ? undefined : new URL(uri, masterUrl).href;
}
