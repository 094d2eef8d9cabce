import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { ClaimedFolder } from './claimed-folder.ts';

it('ClaimedFolder gives each living process its own folder and hands a free one on', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'tongke-claim-'));
  const claims: ClaimedFolder[] = [];
  try {
    for (let index = 0; index < 3; index += 1) claims.push(await ClaimedFolder.claim(parent));
    expect(claims.map(({ path }) => basename(path))).toEqual(['1', '2', '3']);
    claims[1]?.release();
    await expect
      .poll(async () => {
        const next = await ClaimedFolder.claim(parent);
        claims.push(next);
        return basename(next.path);
      })
      .toBe('2');
  } finally {
    for (const claim of claims) claim.release();
    await rm(parent, { recursive: true });
  }
});
