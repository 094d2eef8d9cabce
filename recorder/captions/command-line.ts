/** What a caption command is told: placeholders in its arguments, or else its last two arguments. */
export interface CommandInput {
  /** Path of a WAV file. */
  readonly wav: string;
  /** BCP 47 tag. */
  readonly language: string;
}

/** An escaped character, what stands in single or in double quotes, plain text, blanks; and last what is none of these. */
const PIECE = /\\([\s\S])|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|([^\s'"\\]+)|\s+|['"\\]/g;
const PLACEHOLDER = /\{(wav|language)\}/g;

/**
 * A command line taken apart into program and arguments, as a shell would with quotes and backslashes, and nothing else a shell does: no variables,
 * no globs, no pipes. It is run without a shell.
 *
 * @throws SyntaxError for a quote that is left open, and for no command at all.
 */
export function splitCommand(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const match of line.matchAll(PIECE)) {
    const piece = pieceOf(match);
    if (piece !== undefined) word = (word ?? '') + piece;
    else if (match[0].trim() !== '')
      throw new SyntaxError('a quote is left open, or a backslash has nothing behind it');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  if (words[0] === undefined || words[0] === '') throw new SyntaxError('no command');
  return words;
}

/** Undefined for what is between words. */
const pieceOf = ([, escaped, single, double, plain]: RegExpExecArray): string | undefined =>
  escaped ?? single ?? double?.replaceAll(/\\([\s\S])/g, '$1') ?? plain;

/** The arguments of one run. A value is put in as it is: it stays one argument whatever is in it. */
export function argumentsFor(words: readonly string[], input: CommandInput): readonly string[] {
  const given = words.slice(1);
  const hasPlaceholder = given.some((word) => word.includes('{wav}'));
  const filled = given.map((word) => word.replaceAll(PLACEHOLDER, (_whole, name: keyof CommandInput) => input[name]));
  return hasPlaceholder ? filled : [...filled, input.wav, input.language];
}
