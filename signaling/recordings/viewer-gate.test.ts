import { describe, expect, it } from 'vitest';
import type { Recording } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import { PersonId, RecordingId } from '../protocol/ids.ts';
import { ViewerGate } from './viewer-gate.ts';

const RECORDING = RecordingId.parse('rec');
const [PUPIL, TEACHER] = [PersonId.parse('pupil'), PersonId.parse('teacher')];

function gateOf() {
  const asked: string[] = [];
  const world = { nowMs: 0, visibility: 'school', isAway: false, asked };
  const lookUp = <T>(what: string, found: () => T): Promise<T> => {
    asked.push(what);
    return world.isAway ? Promise.reject(new AppError('unavailable')) : Promise.resolve(found());
  };
  const gate = new ViewerGate({
    recordings: {
      recording: () => lookUp('recording', () => ({ visibility: world.visibility, publishedAtMs: 1 }) as Recording),
    },
    rightsOf: ({ visibility }, personId) =>
      lookUp(personId, () => ({
        watches: visibility === 'school' || personId === TEACHER,
        manages: personId === TEACHER,
      })),
    nowMs: () => world.nowMs,
  });
  return { gate, world };
}

describe('the gate of viewers', () => {
  it('answers at once what it knows, and looks a recording up once for all its viewers', async () => {
    const { gate, world } = gateOf();
    const pieces = [PUPIL, PUPIL, TEACHER].map((personId) =>
      Promise.resolve(gate.permits(RECORDING, personId, 'watches')),
    );
    expect(await Promise.all(pieces)).toEqual([true, true, true]);
    expect(world.asked).toEqual(['recording', PUPIL, TEACHER]);
    expect(gate.permits(RECORDING, PUPIL, 'watches')).toBe(true);
    expect(gate.permits(RECORDING, PUPIL, 'manages')).toBe(false);
    expect(gate.permits(RECORDING, TEACHER, 'manages')).toBe(true);
    world.nowMs = 3_000;
    expect(await gate.permits(RECORDING, PUPIL, 'watches')).toBe(true);
    expect(world.asked.slice(3)).toEqual(['recording']);
  });

  it('closes within seconds for whom a recording is no longer for, and asks after people each minute', async () => {
    const { gate, world } = gateOf();
    expect(await gate.permits(RECORDING, PUPIL, 'watches')).toBe(true);
    world.visibility = 'lesson';
    world.nowMs = 2_999;
    expect(gate.permits(RECORDING, PUPIL, 'watches')).toBe(true);
    world.nowMs = 3_000;
    expect(await gate.permits(RECORDING, PUPIL, 'watches')).toBe(false);
    expect(await gate.permits(RECORDING, TEACHER, 'watches')).toBe(true);
    world.asked.length = 0;
    world.nowMs = 63_000;
    expect(await gate.permits(RECORDING, TEACHER, 'watches')).toBe(true);
    expect(world.asked).toEqual(['recording', TEACHER]);
  });

  it('lets who is watching go on while the database is away, and nobody in anew', async () => {
    const { gate, world } = gateOf();
    await gate.permits(RECORDING, PUPIL, 'watches');
    world.isAway = true;
    world.nowMs = 100_000;
    expect(await gate.permits(RECORDING, PUPIL, 'watches')).toBe(true);
    await expect(gate.permits(RECORDING, TEACHER, 'watches')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
