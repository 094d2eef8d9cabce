import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lettering } from './card.ts';
import type { CardFont } from './font.ts';

/** A few short names per cut: each is written once, when a filter first needs it. */
export function letteringIn(folder: string, font: CardFont): Lettering {
  const written = new Set<string>();
  return {
    font,
    fileOf: (text) => {
      const path = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.txt`);
      if (!written.has(path)) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, text.replaceAll(/\s+/g, ' '));
        written.add(path);
      }
      return path;
    },
  };
}
