import { expect, test } from 'vitest';
import { insideSnapshot, participant, producer, seatId } from '../../../../tests/support/clients/room-states.ts';
import { fromSnapshot } from '../../call/room-state.ts';
import { placesOf } from './places.ts';

const CLASSROOMS = Array.from({ length: 25 }, (_unused, n) => `site${n}`);

interface Scene {
  readonly onStage?: readonly string[];
  readonly open?: readonly string[];
  readonly speaking?: string;
}

/** What the first classroom shows beside the lecturer. */
function othersOf({ onStage = [], open = [], speaking }: Scene): string[] {
  const participants = [
    participant('teacher', { seat: 'lecturer' }),
    ...CLASSROOMS.map((name) => participant(name, { seat: 'site', onStage: onStage.includes(name) })),
  ];
  const producers = CLASSROOMS.map((name) => producer(name, 'microphone', { paused: !open.includes(name) }));
  const self = { ...insideSnapshot().self, seatId: seatId('site0'), seat: 'site' as const };
  const activeSpeaker = speaking === undefined ? null : seatId(speaking);
  const snapshot = insideSnapshot({ participants, producers, self, activeSpeaker });
  const view = fromSnapshot(snapshot, { phase: 'joining' }, Date.now());
  if (view.phase !== 'inside') throw new Error('not inside');
  const { others, own, main } = placesOf(view);
  expect([own?.seatId, main?.seatId]).toEqual(['site0', 'teacher']);
  return others.map((tile) => tile.seatId);
}

test('of 25 classrooms four are beside the lecturer, whoever is called on first', () => {
  expect(othersOf({})).toEqual(['site1', 'site2', 'site3', 'site4']);
  expect(othersOf({ onStage: ['site24'], open: ['site24'] })).toEqual(['site24', 'site1', 'site2', 'site3']);
});

test('a classroom that holds the button is seen without being on stage', () => {
  expect(othersOf({ open: ['site20'] })).toEqual(['site1', 'site2', 'site3', 'site20']);
});

test('of a full stage those who are heard are seen, and who speaks before all', () => {
  const onStage = CLASSROOMS.slice(10, 18);
  expect(othersOf({ onStage, open: ['site16', 'site17'] })).toEqual(['site10', 'site11', 'site16', 'site17']);
  const spoken = othersOf({ onStage, open: onStage, speaking: 'site17' });
  expect(spoken).toEqual(['site10', 'site11', 'site12', 'site17']);
});
