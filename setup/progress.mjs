/**
 * Shows that a step is alive: on a terminal one line that is rewritten every second, elsewhere (CI, a log) a line at
 * the start, one every 20 s and one at the end.
 */
import { stripVTControlCharacters } from 'node:util';

const TERMINAL_REFRESH_MS = 1_000;
const LOG_REFRESH_MS = 20_000;
const DEFAULT_COLUMNS = 100;

/**
 * @param {{ does: string, usually: string }} step
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} output
 */
export function openProgress(step, output) {
  const startedAt = Date.now();
  const isTerminal = output.isTTY === true;
  let lastLine = '';
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const show = () => {
    const text = `  … ${step.does}: ${seconds()} s of about ${step.usually}${lastLine ? ` · ${lastLine}` : ''}`;
    output.write(
      isTerminal ? `\r\u001B[K${text.slice(0, (output.columns ?? DEFAULT_COLUMNS) - 1)}` : `${text.slice(0, 200)}\n`,
    );
  };
  /** @param {string} text */
  const finish = (text) => {
    clearInterval(timer);
    output.write(`${isTerminal ? '\r\u001B[K' : ''}${text}\n`);
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_REFRESH_MS : LOG_REFRESH_MS);
  show();
  return {
    /** @param {string} text */
    line(text) {
      const plain = printable(text);
      if (plain) lastLine = plain;
    },
    succeed: () => finish(`  ✓ ${step.does} (${seconds()} s)`),
    /** @param {string} reason */
    leaveOut: (reason) => finish(`  – ${step.does}: left out today, and what needs it (${printable(reason)})`),
    fail: () => finish(`  ✗ ${step.does} (after ${seconds()} s)`),
  };
}

/**
 * A line without colours, cursor movements and other control characters.
 * @param {string} text
 */
export function printable(text) {
  return stripVTControlCharacters(text)
    .replace(/\p{Cc}/gu, ' ')
    .trim();
}
