import { escapeMarkup } from './markup.ts';

/**
 * Text of one cue with the markup of its file (W3C WebVTT §4.2.2 "cue components", and what SubRip writers use) taken apart into who
 * speaks and what is said. Anything that looks like markup and is none of theirs is refused, not passed on.
 */
export interface SpokenText {
  readonly voice: string | null;
  readonly text: string;
}

const VTT_TAGS = new Set(['c', 'i', 'b', 'u', 'ruby', 'rt', 'v', 'lang']);
const SRT_TAGS = new Set(['b', 'i', 'u', 's', 'font']);
/** May be left open: `v` when the cue is all of one voice, `rt` before the next one. */
const MAY_STAY_OPEN = new Set(['v', 'rt']);
const TAG = /<(\/?)([a-z]+)?((?:\.[^\s.<>&]+)*)(?:[ \t\n]([^<>]*))?>/y;
const TIMESTAMP_TAG = /<(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}>/y;
const ENTITY = /&(?:(amp|lt|gt|nbsp|lrm|rlm|quot)|#(\d{1,7})|#x([\da-f]{1,6}));/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', quot: '"' };

function unescaped(text: string): string {
  return text.replaceAll(ENTITY, (whole, name: string | undefined, decimal?: string, hex?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? '';
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 31 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}

const tidied = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');

/** Walks through a cue's text and gathers a piece for every change of voice. */
class TextReader {
  readonly #pieces: SpokenText[] = [];
  readonly #open: string[] = [];
  #voice: string | null = null;
  #text = '';

  say(text: string): void {
    this.#text += unescaped(text);
  }

  /** False when it closes what is not open. */
  tag(isEnd: boolean, name: string, annotation: string): boolean {
    if (name === 'rt') this.#text += isEnd ? '）' : '（';
    if (name === 'v') this.#change(isEnd ? null : tidied(unescaped(annotation)) || null);
    if (!isEnd) {
      this.#open.push(name);
      return true;
    }
    while (this.#open.length > 0) {
      const last = this.#open.pop();
      if (last === name) return true;
      if (last === undefined || !MAY_STAY_OPEN.has(last)) return false;
    }
    return false;
  }

  /** Undefined when something that must be closed is still open. */
  end(): readonly SpokenText[] | undefined {
    this.#change(null);
    return this.#open.every((name) => MAY_STAY_OPEN.has(name)) ? this.#pieces : undefined;
  }

  #change(voice: string | null): void {
    const text = tidied(this.#text);
    if (text !== '') this.#pieces.push({ voice: this.#voice, text });
    this.#text = '';
    this.#voice = voice;
  }
}

/** Undefined when there is markup in it that WebVTT does not have. */
export function readVttText(payload: string): readonly SpokenText[] | undefined {
  const reader = new TextReader();
  let at = 0;
  while (at < payload.length) {
    const next = payload.indexOf('<', at);
    reader.say(payload.slice(at, next === -1 ? payload.length : next));
    if (next === -1) break;
    TIMESTAMP_TAG.lastIndex = next;
    TAG.lastIndex = next;
    if (TIMESTAMP_TAG.test(payload)) {
      at = TIMESTAMP_TAG.lastIndex;
      continue;
    }
    const [whole, slash, name, , annotation = ''] = TAG.exec(payload) ?? [];
    if (whole === undefined || name === undefined || !VTT_TAGS.has(name)) return undefined;
    if (!reader.tag(slash === '/', name, annotation)) return undefined;
    at = next + whole.length;
  }
  return reader.end();
}

/** SubRip has no rules: its few tags and its places (`{\an8}`) are taken off, a lone `<` is text, other markup is refused. */
export function readSrtText(payload: string): readonly SpokenText[] | undefined {
  for (const [, name = ''] of payload.matchAll(/<\/?([a-z][\w:-]*)/gi)) {
    if (!SRT_TAGS.has(name.toLowerCase())) return undefined;
  }
  const text = tidied(payload.replaceAll(/<\/?[a-z][^<>]*>/gi, '').replaceAll(/\{\\[^}]*\}/g, ''));
  return text === '' ? [] : [{ voice: null, text }];
}

/** As WebVTT wants it: nothing in it can be taken for markup or for the end of the cue. */
export const vttText = (text: string): string => escapeMarkup(tidied(text));
