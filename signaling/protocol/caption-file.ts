import { readSrtText, readVttText, vttText, type SpokenText } from './caption-text.ts';
import { MAX_CUE_CHARACTERS, MAX_CUES, type CaptionCue } from './captions.ts';
import type { ProblemCode } from './problems.ts';

/** Caption files: WebVTT (W3C) and SubRip are read, WebVTT is written. What a file is its content says, never its name. */
export const MAX_CAPTION_FILE_CHARACTERS = 1_000_000;
/** More than this nobody reads; the first ones say what is wrong with the rest. */
const MAX_PROBLEMS = 20;
const MAX_MS = 86_400_000;
const MAX_VOICE_CHARACTERS = 60;

export interface CaptionProblem {
  /** From 1, as editors count. */
  readonly line: number;
  readonly code: Extract<ProblemCode, `caption${string}`>;
}

export type ReadCaptions =
  | { readonly cues: readonly CaptionCue[]; readonly problems?: undefined }
  | { readonly cues?: undefined; readonly problems: readonly CaptionProblem[] };

interface Format {
  readonly timing: RegExp;
  readonly readText: (payload: string) => readonly SpokenText[] | undefined;
  /** SubRip files are often out of order, WebVTT must not be. */
  readonly isOrdered: boolean;
}

const VTT_STAMP = String.raw`((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})`;
const SRT_STAMP = String.raw`(\d{1,3}:[0-5]\d:[0-5]\d[,.]\d{1,3})`;
const SETTING = String.raw`(?:[ \t]+[a-z]+:[^\s:]\S*)`;
const VTT: Format = {
  timing: new RegExp(`^${VTT_STAMP}[ \\t]+-->[ \\t]+${VTT_STAMP}${SETTING}*[ \\t]*$`),
  readText: readVttText,
  isOrdered: true,
};
const SRT: Format = {
  timing: new RegExp(`^${SRT_STAMP}[ \\t]*-->[ \\t]*${SRT_STAMP}(?:[ \\t]+[XY][12]:\\d+)*[ \\t]*$`),
  readText: readSrtText,
  isOrdered: false,
};

interface Block {
  /** Of its first line. */
  readonly line: number;
  readonly lines: readonly string[];
}

function blocksOf(lines: readonly string[], from: number): Block[] {
  const blocks: Block[] = [];
  let start = from;
  for (let at = from; at <= lines.length; at += 1) {
    if (at < lines.length && lines[at]?.trim() !== '') continue;
    if (at > start) blocks.push({ line: start + 1, lines: lines.slice(start, at) });
    start = at + 1;
  }
  return blocks;
}

function millisecondsOf(stamp: string): number {
  const [clock = '', fraction = ''] = stamp.split(/[,.]/);
  const seconds = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return seconds * 1000 + Number(fraction.padEnd(3, '0'));
}

class CaptionReader {
  readonly #format: Format;
  readonly #cues: CaptionCue[] = [];
  readonly #problems: CaptionProblem[] = [];
  #lastFromMs = 0;

  constructor(format: Format) {
    this.#format = format;
  }

  read(blocks: readonly Block[]): ReadCaptions {
    for (const block of blocks) {
      if (this.#problems.length >= MAX_PROBLEMS) break;
      this.#readBlock(block);
      if (this.#cues.length > MAX_CUES) this.#complain(block.line, 'captionTooMany');
      if (this.#cues.length > MAX_CUES) break;
    }
    if (this.#problems.length > 0) return { problems: this.#problems };
    if (this.#cues.length === 0) return { problems: [{ line: 1, code: 'captionEmpty' }] };
    return { cues: this.#cues.toSorted((one, other) => one.fromMs - other.fromMs) };
  }

  #complain(line: number, code: CaptionProblem['code']): void {
    this.#problems.push({ line, code });
  }

  #readBlock({ line, lines }: Block): void {
    const [first = '', second = ''] = lines;
    const isAside = /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/.test(first) && !second.includes('-->');
    if (this.#format.isOrdered && isAside) return;
    // The line before the times is the cue's name, or its number.
    const at = first.includes('-->') ? 0 : 1;
    const times = this.#readTimes(lines[at] ?? '');
    if (times === 'captionNoTiming') this.#complain(line, times);
    else if (typeof times === 'string') this.#complain(line + at, times);
    else this.#readPayload({ line: line + at + 1, lines: lines.slice(at + 1) }, times.fromMs, times.toMs);
  }

  #readTimes(timing: string): { readonly fromMs: number; readonly toMs: number } | CaptionProblem['code'] {
    if (!timing.includes('-->')) return 'captionNoTiming';
    const match = this.#format.timing.exec(timing.trimStart());
    if (match === null) return 'captionTimingWrong';
    const [fromMs, toMs] = [millisecondsOf(match[1] ?? ''), millisecondsOf(match[2] ?? '')];
    if (toMs > MAX_MS) return 'captionTooLate';
    if (toMs <= fromMs) return 'captionEndsBeforeStart';
    if (this.#format.isOrdered && fromMs < this.#lastFromMs) return 'captionOutOfOrder';
    this.#lastFromMs = fromMs;
    return { fromMs, toMs };
  }

  #readPayload({ line, lines }: Block, fromMs: number, toMs: number): void {
    const arrow = lines.findIndex((each) => each.includes('-->'));
    if (arrow !== -1) return this.#complain(line + arrow, 'captionBlankMissing');
    // oxlint-disable-next-line no-control-regex
    const unseen = lines.findIndex((each) => /[\u0000-\u0008\u000B-\u001F\u007F]/.test(each));
    if (unseen !== -1) return this.#complain(line + unseen, 'captionUnreadable');
    const pieces = this.#format.readText(lines.join('\n'));
    if (pieces === undefined) return this.#complain(line + Math.max(0, markedLine(lines)), 'captionMarkup');
    for (const { voice, text } of pieces) {
      if (text.length > MAX_CUE_CHARACTERS) return this.#complain(line, 'captionTextTooLong');
      this.#cues.push({ fromMs, toMs, voice: voice?.slice(0, MAX_VOICE_CHARACTERS) ?? null, text });
    }
  }
}

const markedLine = (lines: readonly string[]): number => lines.findIndex((line) => line.includes('<'));

/** Strict: one thing that is wrong and nothing is read, but everything that is wrong is told (up to 20). */
export function readCaptionFile(file: string): ReadCaptions {
  if (file.length > MAX_CAPTION_FILE_CHARACTERS) return { problems: [{ line: 1, code: 'captionFileTooLarge' }] };
  const lines = file.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const first = lines[0] ?? '';
  if (/^WEBVTT(?:[ \t]|$)/.test(first)) {
    // What follows the signature up to the first blank line is its header.
    const blank = lines.findIndex((line) => line.trim() === '');
    const header = blank === -1 ? lines : lines.slice(0, blank);
    const arrow = header.findIndex((line) => line.includes('-->'));
    if (arrow !== -1) return { problems: [{ line: arrow + 1, code: 'captionBlankMissing' }] };
    return new CaptionReader(VTT).read(blocksOf(lines, header.length));
  }
  const start = lines.findIndex((line) => line.trim() !== '');
  const isSubRip = /^\d+\s*$/.test(lines[start] ?? '') || SRT.timing.test((lines[start] ?? '').trimStart());
  if (start === -1) return { problems: [{ line: 1, code: 'captionEmpty' }] };
  return isSubRip
    ? new CaptionReader(SRT).read(blocksOf(lines, start))
    : { problems: [{ line: start + 1, code: 'captionNoFormat' }] };
}

/** `hh:mm:ss.mmm` (WebVTT §4.1). */
export function captionStamp(ms: number): string {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const whole = Math.max(0, Math.round(ms));
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(Math.floor(whole / 1000) % 60, 2)}.${pad(whole % 1000, 3)}`;
}

export function writeVtt(cues: readonly CaptionCue[]): string {
  const blocks = cues.map(({ fromMs, toMs, voice, text }) => {
    const said = vttText(text);
    const payload = voice === null ? said : `<v ${vttText(voice)}>${said}`;
    return `${captionStamp(fromMs)} --> ${captionStamp(toMs)}\n${payload}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}
