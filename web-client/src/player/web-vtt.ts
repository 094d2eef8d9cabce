/** A cue of a WebVTT file (W3C WebVTT §4); settings are passed over. */
export interface VttCue {
  readonly fromS: number;
  readonly toS: number;
  readonly text: string;
}

const TIMING = /^((?:\d+:)?\d{2}:\d{2}\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d{2}:\d{2}\.\d{3})/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', lrm: '', rlm: '' };

function secondsOf(timestamp: string): number {
  return timestamp.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}

function plainText(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .trim();
}

/** Cues in the order of the file. What is not a cue (notes, styles, damage) is passed over. */
export function parseVtt(file: string): readonly VttCue[] {
  const lines = file.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '')) return [];
  const cues: VttCue[] = [];
  for (const [at, line] of lines.entries()) {
    const timing = TIMING.exec(line);
    if (timing === null) continue;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((each) => each === '');
    const text = plainText(rest.slice(0, end === -1 ? rest.length : end).join('\n'));
    cues.push({ fromS: secondsOf(timing[1] ?? ''), toS: secondsOf(timing[2] ?? ''), text });
  }
  return cues;
}

/** A part of a sheet of small pictures (media fragment `#xywh=`). */
export interface Thumbnail {
  readonly fromS: number;
  readonly toS: number;
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cues that name no picture are passed over. `baseUrl` is the file's own. */
export function parseThumbnails(file: string, baseUrl: string): readonly Thumbnail[] {
  return parseVtt(file).flatMap(({ fromS, toS, text }) => {
    const match = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(text);
    if (match === null) return [];
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(2).map(Number);
    return [{ fromS, toS, url: new URL(match[1] ?? '', baseUrl).href, x, y, width, height }];
  });
}

/** The cue at an instant; the last one also holds for what comes after it. */
export function cueAt<C extends { readonly fromS: number }>(cues: readonly C[], atS: number): C | undefined {
  return cues.findLast((cue) => cue.fromS <= atS);
}

/** Less than this into a chapter, "back" means the chapter before it. */
const BEGUN_S = 3;

/** The chapter to go to from an instant: forward the next one, back the beginning of this one or the one before. */
export function chapterStep<C extends { readonly fromS: number }>(
  chapters: readonly C[],
  atS: number,
  direction: 1 | -1,
): C | undefined {
  if (direction === 1) return chapters.find(({ fromS }) => fromS > atS + 0.1);
  return cueAt(chapters, atS - BEGUN_S) ?? chapters[0];
}
