import { expect, test } from 'vitest';
import { insideSnapshot, participant, producer, seatId } from '../../../../tests/support/clients/room-states.ts';
import { CoursewareId } from '../../../../signaling/protocol/ids.ts';
import { fromSnapshot } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { arrange, keyOf, lineOf, tilesOf } from './tiles.ts';

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
  expect(arrangement.kind === 'focus' && keyOf(arrangement.main)).toBe('teacher:screen');
  expect(arrangement.kind === 'focus' && arrangement.strip.map(keyOf)).toEqual([
    'teacher:camera',
    'stage:camera',
    'site:camera',
  ]);
});

test('a page on the board is large in the board layout, and among the tiles in the others', () => {
  const page = {
    coursewareId: CoursewareId.parse('file'),
    fileName: '瀑布.pdf',
    ...{ page: 1, pageCount: 3, size: { width: 1_920, height: 1_080 }, pagesUrl: '/media/x/file/courseware/' },
  };
  const state = room({ self: asPupil, tools: { ...insideSnapshot().tools, page } });
  const onBoard = arrange(state, wishes);
  expect(onBoard.kind === 'focus' && [onBoard.main, ...onBoard.strip].map(keyOf)).toEqual([
    'page',
    'teacher:camera',
    'stage:camera',
    'site:camera',
  ]);
  const spoken = arrange(state, { ...wishes, layout: 'speaker', focus: seatId('site') });
  expect(spoken.kind === 'focus' && [spoken.main, ...spoken.strip].map(keyOf).slice(0, 2)).toEqual([
    'site:camera',
    'page',
  ]);
  const gallery = arrange(state, { ...wishes, layout: 'gallery' });
  expect(gallery.kind === 'gallery' && gallery.tiles).toHaveLength(4);
});

test('without a board the lecturer is large for others, and somebody else for the lecturer', () => {
  const forPupil = arrange(room({ self: asPupil }), wishes);
  expect(forPupil.kind === 'focus' && keyOf(forPupil.main)).toBe('teacher:camera');
  const forTeacher = arrange(room(), wishes);
  expect(forTeacher.kind === 'focus' && keyOf(forTeacher.main)).not.toBe('teacher:camera');
});

test('the speaker layout shows who speaks, a pin outranks it', () => {
  const state = room({ self: asPupil });
  const spoken = arrange(state, { layout: 'speaker', pinnedSeatId: null, focus: seatId('site') });
  expect(spoken.kind === 'focus' && keyOf(spoken.main)).toBe('site:camera');
  const pinned = arrange(state, { layout: 'speaker', pinnedSeatId: seatId('stage'), focus: seatId('site') });
  expect(pinned.kind === 'focus' && keyOf(pinned.main)).toBe('stage:camera');
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

test('while groups run, those in the same place are tiles, of a group everybody', () => {
  const placed = [
    participant('pupil', { group: 1 }),
    participant('mate', { group: 1 }),
    participant('stage', { onStage: true, group: 2 }),
    participant('site', { seat: 'site', group: 2 }),
    participant('teacher', { seat: 'lecturer' }),
    participant('visitor', { seat: 'coTeacher', group: 1 }),
  ];
  const ofGroup = room({ participants: placed, self: { ...asPupil, group: 1 } });
  expect(tilesOf(ofGroup).people.map((tile) => tile.seatId)).toEqual(['pupil', 'mate', 'visitor']);
  expect(tilesOf(room({ participants: placed })).people.map((tile) => tile.seatId)).toEqual(['teacher']);
});

test('of 25 classrooms whoever is called on is in sight: before those that only listen, in the strip and on the first page', () => {
  const participants = [
    participant('teacher', { seat: 'lecturer' }),
    ...Array.from({ length: 25 }, (_unused, n) => participant(`site${n}`, { seat: 'site', onStage: n === 24 })),
    participant('pupil', { onStage: true }),
  ];
  const state = room({ participants, self: { ...asPupil, seatId: seatId('teacher'), seat: 'lecturer' } });
  const pinned = arrange(state, { ...wishes, pinnedSeatId: seatId('site3') });
  const strip = pinned.kind === 'focus' ? pinned.strip.map(keyOf) : [];
  expect(strip).toHaveLength(26);
  expect(strip.slice(0, 4)).toEqual(['teacher:camera', 'site24:camera', 'pupil:camera', 'site0:camera']);
  const gallery = arrange(state, { ...wishes, layout: 'gallery' });
  const tiles = gallery.kind === 'gallery' ? gallery.tiles.map(keyOf) : [];
  expect(tiles).toHaveLength(27);
  expect(tiles.slice(0, 4)).toEqual(['teacher:camera', 'site24:camera', 'pupil:camera', 'site0:camera']);
});
