import { expect, test } from 'vitest';
import { SchoolId } from '../../../../signaling/protocol/ids.ts';
import { partnerTimes } from './partner-rhythm.ts';

const XINHE = {
  schoolId: SchoolId.parse('xinhe'),
  name: '新和县小学',
  timeZone: 'Asia/Urumqi',
  periods: [
    { number: 1, startTime: '08:00', endTime: '08:40' },
    { number: 2, startTime: '09:00', endTime: '09:40' },
  ],
};
const at = (startTime: string, endTime: string, partner = XINHE) =>
  partnerTimes({ startTime, endTime }, 'Asia/Shanghai', partner, '2026-11-23');

test("a partner's clock and period stand beside the lecturing school's time", () => {
  expect(at('10:10', '10:50')).toEqual({ startTime: '08:10', endTime: '08:50', place: 1 });
  expect(at('10:30', '11:35')).toMatchObject({ place: 2 });
  expect(at('08:30', '09:10')).toMatchObject({ startTime: '06:30', place: 'before' });
  expect(at('10:42', '10:58')).toMatchObject({ place: 'between' });
  expect(at('14:00', '14:40')).toMatchObject({ place: 'after' });
  expect(at('10:10', '10:50', { ...XINHE, periods: [] })).toMatchObject({ place: 'unknown' });
});
