import { runPiped } from './pipe.ts';

/** Whether this machine's ffmpeg was built with a decoder. */
export async function hasDecoder(name: string): Promise<boolean> {
  const { stdout } = await runPiped({ program: 'ffmpeg', args: ['-v', 'error', '-decoders'] });
  return stdout
    .toString('utf8')
    .split('\n')
    .some((line) => line.trim().split(/\s+/)[1] === name);
}
