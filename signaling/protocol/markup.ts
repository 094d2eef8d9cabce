const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text as it stands between tags of XML, SVG and WebVTT: nothing in it can be taken for markup. */
export const escapeMarkup = (text: string): string => text.replaceAll(/[&<>]/g, (letter) => ESCAPES[letter] ?? letter);
