import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';
import type { PartnerTimes } from './partner-rhythm.ts';

/** Where in a school's day a time is, in words. */
export function usePlaceName(): (place: PartnerTimes['place']) => string {
  const t = useText(timetableText);
  return (place) => {
    if (typeof place === 'number') return t('periodName', { number: place });
    if (place === 'before') return t('partnerBefore');
    if (place === 'after') return t('partnerAfter');
    return place === 'between' ? t('partnerFree') : '';
  };
}
