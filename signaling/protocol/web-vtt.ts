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
