import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export function useWeekdayName(): (weekday: number) => string {
  const t = useText(timetableText);
  return (weekday) => t(`day_${WEEKDAYS.find((day) => day === weekday) ?? 1}`);
}
