import { expect, test } from 'vitest';
import { insideSnapshot, participant, producer, seatId } from '../../../../tests/support/room-states.ts';
import { fromSnapshot } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { arrange, lineOf, tilesOf } from './tiles.ts';

const people = [
  participant('pupil'),
  participant('stage', { onStage: true }),
  participant('teacher', { seat: 'lecturer' }),
  participant('site', { seat: 'site' }),
];

function room(change: Parameters<typeof insideSnapshot>[0] = {}): InsideState {
  const view = fromSnapshot(insideSnapshot({ participants: people, ...change }), { phase: 'joining' }, Date.now());
  if (view.phase !== 'inside') throw new Error('not inside');
  return view;
}

const asPupil = { ...insideSnapshot().self, seatId: seatId('pupil'), seat: 'pupil' as const };
const wishes = { layout: 'board', pinnedSeatId: null, focus: null } as const;

test('the stage, teachers and sites are tiles; the audience is not', () => {
  expect(tilesOf(room()).people.map((tile) => tile.seatId)).toEqual(['stage', 'teacher', 'site']);
});

test('a shared screen is large and the lecturer on top of the strip', () => {
  const arrangement = arrange(room({ producers: [producer('teacher', 'screen')], self: asPupil }), wishes);
  expect(arrangement.kind === 'focus' && arrangement.main.key).toBe('teacher:screen');
  expect(arrangement.kind === 'focus' && arrangement.strip.map((tile) => tile.key)).toEqual([
    'teacher:camera',
    'stage:camera',
    'site:camera',
  ]);
});

test('without a board the lecturer is large for others, and somebody else for the lecturer', () => {
  const forPupil = arrange(room({ self: asPupil }), wishes);
  expect(forPupil.kind === 'focus' && forPupil.main.seatId).toBe('teacher');
  const forTeacher = arrange(room(), wishes);
  expect(forTeacher.kind === 'focus' && forTeacher.main.seatId).not.toBe('teacher');
});

test('the speaker layout shows who speaks, a pin outranks it', () => {
  const state = room({ self: asPupil });
  const spoken = arrange(state, { layout: 'speaker', pinnedSeatId: null, focus: seatId('site') });
  expect(spoken.kind === 'focus' && spoken.main.seatId).toBe('site');
  const pinned = arrange(state, { layout: 'speaker', pinnedSeatId: seatId('stage'), focus: seatId('site') });
  expect(pinned.kind === 'focus' && pinned.main.seatId).toBe('stage');
});

test('a paused camera is a name card and a paused microphone is muted', () => {
  const producers = [producer('stage', 'camera', { paused: true }), producer('stage', 'microphone', { paused: true })];
  const tile = tilesOf(room({ producers })).people.find((one) => one.seatId === 'stage');
  expect(tile?.producerId).toBeNull();
  expect(tile?.isMuted).toBe(true);
});

test('a raised hand has its place in the order', () => {
  const hands = [
    { seatId: seatId('site'), raisedAtMs: 1 },
    { seatId: seatId('stage'), raisedAtMs: 2 },
  ];
  const tiles = tilesOf(room({ hands })).people;
  expect(tiles.find((tile) => tile.seatId === 'stage')?.handOrder).toBe(2);
});

test('the worse direction names the line', () => {
  expect(lineOf(participant('a', { lineUp: 10, lineDown: 3 }))).toBe('poor');
  expect(lineOf(participant('a', { lineUp: 6, lineDown: null }))).toBe('fair');
  expect(lineOf(participant('a', { lineUp: 9, lineDown: 10 }))).toBe('good');
  expect(lineOf(participant('a'))).toBeNull();
});
