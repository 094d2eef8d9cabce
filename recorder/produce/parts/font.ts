import { filterValue } from '../../ffmpeg/args.ts';
import { runPiped } from '../../ffmpeg/pipe.ts';

const WANTED = 'Noto Sans CJK SC:lang=zh-cn';

/** Which font names are written in. */
export interface CardFont {
  /** The font's option of `drawtext`, e.g. `font=Noto Sans CJK SC`. */
  readonly option: string;
}

/**
 * Asks fontconfig for a font that has Chinese. Undefined when there is none: then cards stay plain instead of showing boxes.
 */
export async function findCardFont(): Promise<CardFont | undefined> {
  try {
    const args = ['-f', '%{family[0]}\n%{lang}\n', WANTED];
    const { stdout } = await runPiped({ program: 'fc-match', args });
    const [family, languages] = stdout.toString('utf8').split('\n');
    if (family === undefined || family === '' || languages?.split('|').includes('zh-cn') !== true) return undefined;
    return { option: `font=${filterValue(family)}` };
  } catch {
    return undefined;
  }
}
