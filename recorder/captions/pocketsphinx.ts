#!/usr/bin/env node
/**
 * A caption command (`docs/captions.md`) around PocketSphinx, small enough for any machine, and an example for other recognisers:
 *
 *     CAPTION_COMMAND="node /path/to/recorder/captions/pocketsphinx.ts [options of pocketsphinx_continuous …]"
 *     CAPTION_LANGUAGES=en-US
 *
 * The last two arguments are the WAV file and the language. It prints a line of JSON per utterance.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PROGRAM = 'pocketsphinx_continuous';
const BAD_USAGE = 64;
const NOT_THERE = 127;
/** `word(2) 0.430 0.720 0.98`: alternative pronunciations are numbered, fillers stand in brackets. */
const WORD = /^(\S+?)(?:\(\d+\))? (\d+\.\d+) (\d+\.\d+) \S+$/;
const FILLER = /^[<[(+]/;

const [wav, language] = process.argv.slice(-2);
if (wav === undefined || language === undefined || process.argv.length < 4) {
  console.error('usage: pocketsphinx.ts [options] WAV LANGUAGE');
  process.exit(BAD_USAGE);
}
if (!/^en(?:-|$)/.test(language)) {
  console.error(`the model that comes with PocketSphinx knows English, not ${language}`);
  process.exit(BAD_USAGE);
}

interface Utterance {
  start: number;
  end: number;
  words: string[];
}

let utterance: Utterance | undefined;

function finish(): void {
  if (utterance !== undefined && utterance.words.length > 0) {
    const { start, end, words } = utterance;
    console.log(JSON.stringify({ start, end, text: words.join(' ') }));
  }
  utterance = undefined;
}

const options = process.argv.slice(2, -2);
const child = spawn(PROGRAM, ['-infile', wav, '-time', 'yes', '-logfn', '/dev/null', ...options], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.once('error', (error) => {
  console.error(`${PROGRAM}: ${error.message}`);
  process.exit(NOT_THERE);
});
child.once('close', (code) => {
  finish();
  process.exitCode = code ?? 1;
});
for await (const line of createInterface({ input: child.stdout })) {
  const match = WORD.exec(line);
  // Each utterance begins with what was said as one line.
  if (match === null) {
    finish();
    continue;
  }
  const [, word = '', start = '', end = ''] = match;
  if (FILLER.test(word)) continue;
  utterance ??= { start: Number(start), end: Number(end), words: [] };
  utterance.end = Number(end);
  utterance.words.push(word);
}
