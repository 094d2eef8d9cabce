import { expect, it } from 'vitest';
import { CoursewareId, SeatId, StrokeId } from '../../signaling/protocol/ids.ts';
import { INK_MAX_SENT } from '../../signaling/protocol/ink.ts';
import { RecordingEvent } from '../contract.ts';
import { inkSvg, WrittenInk } from './board-ink.ts';

const place = { coursewareId: CoursewareId.parse('whiteboard'), page: 1 };

function event(n: number, type: 'ink' | 'inkRemoved', data: object): RecordingEvent {
  return RecordingEvent.parse({ n, atUs: n * 1_000_000, type, data: { ...place, ...data } });
}

it('what one hand wrote and took away for a whole lesson is put together in no time', () => {
  const points = Array.from({ length: INK_MAX_SENT }, (_, at) => at);
  const seatId = SeatId.parse('seat');
  const events: RecordingEvent[] = [];
  for (let stroke = 0; stroke < 100; stroke += 1) {
    const strokeId = StrokeId.parse(`stroke-${stroke}`);
    const part = event(1, 'ink', { strokeId, seatId, colour: 'red', shape: 'pen', points });
    events.push(...Array.from({ length: 200 }, () => part));
    if (stroke > 0) events.push(event(1, 'inkRemoved', { strokeId }));
  }
  const beginsMs = performance.now();
  const ink = new WrittenInk(events);
  const steps = ink.stepsOf(place, { fromUs: 0, toUs: 8_000_000 });
  const shown = ink.strokesOf({ ...place, ink: steps.at(-1)?.value ?? 'nothing' });
  expect(performance.now() - beginsMs).toBeLessThan(1_000);
  expect(shown).toMatchObject([{ strokeId: 'stroke-0', seatId, colour: 'red' }]);
  expect(shown[0]?.points).toEqual(Array.from({ length: 200 }, () => points).flat());
  expect(points).toHaveLength(INK_MAX_SENT);
});

it('what is written is seen in steps, and all of it for a moment before the page is turned; turned back, it is there at once', () => {
  const stroke = (strokeId: string) => ({
    strokeId: StrokeId.parse(strokeId),
    seatId: SeatId.parse('seat'),
    colour: 'red',
    shape: 'pen',
  });
  const ink = new WrittenInk([
    event(3, 'ink', { ...stroke('a'), points: [1, 2] }),
    event(9, 'ink', { ...stroke('b'), points: [1, 2] }),
    event(9, 'ink', { ...stroke('a'), points: [3, 4] }),
    event(14, 'inkRemoved', { strokeId: null }),
  ]);
  const seen = (from: number, to: number) =>
    ink.stepsOf(place, { fromUs: from * 1_000_000, toUs: to * 1_000_000 }).map(({ fromUs, value }) => {
      const strokes = value === undefined ? [] : ink.strokesOf({ ...place, ink: value });
      return `${fromUs / 1_000_000}: ${strokes.map(({ strokeId, points }) => `${strokeId} ${points.length}`).join(', ')}`;
    });
  expect(seen(0, 10)).toEqual(['0: ', '4: a 2', '9: a 4, b 2']);
  expect(seen(10, 20)).toEqual(['10: a 4, b 2', '16: ', '19: ']);
  expect(seen(9.5, 9.9)).toEqual(['9.5: a 4, b 2']);
  expect(ink.stepsOf({ ...place, page: 2 }, { fromUs: 0, toUs: 1 })).toEqual([]);
});

it('typed words are in the picture as they were typed, whatever characters they have', () => {
  const words = {
    strokeId: 'w',
    seatId: 'seat',
    colour: 'blue',
    shape: 'text',
    text: 'a < b & c\n“图”',
    points: [1_000, 1_000],
  };
  const ink = new WrittenInk([event(1, 'ink', words)]);
  const [step] = ink.stepsOf(place, { fromUs: 2_000_000, toUs: 8_000_000 });
  const svg = inkSvg(ink.strokesOf({ ...place, ink: step?.value ?? 'nothing' }), { width: 1_000, height: 500 }, false);
  expect(svg).toContain('>a &lt; b &amp; c</text>');
  expect(svg).toContain('>“图”</text>');
});
