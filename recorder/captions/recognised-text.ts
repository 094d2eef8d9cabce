import * as z from 'zod';
import { readCaptionFile } from '../../signaling/protocol/caption-file.ts';
import { MAX_CUE_CHARACTERS, MAX_CUES, type CaptionCue } from '../../signaling/protocol/captions.ts';
import { RecognitionError } from './recognition-error.ts';

/** What a caption command says was said, in seconds of the file it was given. */
export interface RecognisedText {
  readonly fromS: number;
  readonly toS: number;
  readonly text: string;
}

const JsonLine = z.object({ start: z.number().min(0), end: z.number().min(0), text: z.string() });

/**
 * Reads what a caption command has printed: WebVTT, or lines of JSON `{"start": 1.5, "end": 2.25, "text": "…"}`. Lines without text are passed over; nothing
 * at all is no speech.
 *
 * @throws RecognitionError `badOutput` with the number of the line that is neither.
 */
export function readRecognised(output: string): readonly RecognisedText[] {
  const text = output.replace(/^\uFEFF/, '');
  if (text.trim() === '') return [];
  return /^\s*WEBVTT/.test(text) ? readVtt(text.trimStart()) : readJsonLines(text);
}

function readVtt(text: string): readonly RecognisedText[] {
  const read = readCaptionFile(text);
  if (read.cues !== undefined) {
    return read.cues.map(({ fromMs, toMs, text: said }) => ({ fromS: fromMs / 1000, toS: toMs / 1000, text: said }));
  }
  const [first] = read.problems;
  if (first?.code === 'captionEmpty') return [];
  throw new RecognitionError('badOutput', `WebVTT, line ${first?.line ?? 1}: ${first?.code ?? ''}`);
}

function readJsonLines(text: string): readonly RecognisedText[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = JsonLine.safeParse(parseJson(line));
    if (!parsed.success || parsed.data.end < parsed.data.start) {
      throw new RecognitionError('badOutput', `line ${index + 1}`);
    }
    const { start, end, text: said } = parsed.data;
    return said.trim() === '' ? [] : [{ fromS: start, toS: end, text: said }];
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Long enough to be read at a glance. */
const MIN_SHOWN_MS = 500;

/** Cues that hold to our limits, whatever the recogniser thinks of them, in order. */
export function tidyCues(cues: readonly CaptionCue[]): readonly CaptionCue[] {
  return cues
    .flatMap((cue) => {
      // oxlint-disable-next-line no-control-regex
      const text = cue.text.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F]/g, ' ').trim();
      const voice = cue.voice?.replaceAll(/\s+/g, ' ').trim() ?? null;
      const toMs = Math.max(cue.toMs, cue.fromMs + MIN_SHOWN_MS);
      return text === '' ? [] : split({ ...cue, toMs, text, voice: voice === '' ? null : voice });
    })
    .toSorted((one, other) => one.fromMs - other.fromMs)
    .slice(0, MAX_CUES);
}

/** Text that is too long for one cue shares its time. */
function split(cue: CaptionCue): readonly CaptionCue[] {
  const count = Math.ceil(cue.text.length / MAX_CUE_CHARACTERS);
  const size = Math.ceil(cue.text.length / count);
  const stepMs = (cue.toMs - cue.fromMs) / count;
  return Array.from({ length: count }, (_, index) => ({
    ...cue,
    fromMs: Math.round(cue.fromMs + index * stepMs),
    toMs: Math.round(cue.fromMs + (index + 1) * stepMs),
    text: cue.text.slice(index * size, (index + 1) * size).trim(),
  })).filter(({ text }) => text !== '');
}
