import { expect, it } from 'vitest';
import { CoursewareId, SeatId, StrokeId } from '../../../signaling/protocol/ids.ts';
import { INK_MAX_SENT } from '../../../signaling/protocol/ink.ts';
import { RecordingEvent } from '../../contract.ts';
import { strokesAt } from './board-ink.ts';

const place = { coursewareId: CoursewareId.parse('whiteboard'), page: 1 };

function event(n: number, type: 'ink' | 'inkRemoved', data: object): RecordingEvent {
  return RecordingEvent.parse({ n, atUs: 1_000_000, type, data: { ...place, ...data } });
}

it('what one hand wrote and took away for a whole lesson is put together in no time', () => {
  const points = Array.from({ length: INK_MAX_SENT }, (_, at) => at);
  const seatId = SeatId.parse('seat');
  const events: RecordingEvent[] = [];
  for (let stroke = 0; stroke < 100; stroke += 1) {
    const strokeId = StrokeId.parse(`stroke-${stroke}`);
    const part = event(1, 'ink', { strokeId, seatId, colour: 'red', points });
    events.push(...Array.from({ length: 200 }, () => part));
    if (stroke > 0) events.push(event(1, 'inkRemoved', { strokeId }));
  }
  const beginsMs = performance.now();
  const shown = strokesAt(events, place, 8_000_000);
  expect(performance.now() - beginsMs).toBeLessThan(1_000);
  expect(shown).toMatchObject([{ strokeId: 'stroke-0', seatId, colour: 'red' }]);
  expect(shown[0]?.points).toEqual(Array.from({ length: 200 }, () => points).flat());
  expect(points).toHaveLength(INK_MAX_SENT);
});
