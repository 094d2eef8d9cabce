import type { Migration } from 'kysely/migration';
import { district } from './0001-district.ts';
import { lessons } from './0002-lessons.ts';
import { remarks } from './0003-remarks.ts';
import { watching } from './0004-watching.ts';
import { publishing } from './0005-publishing.ts';
import { editions } from './0006-editions.ts';
import { captions } from './0007-captions.ts';
import { uploads } from './0008-uploads.ts';
import { polls } from './0009-polls.ts';
import { calendar } from './0010-calendar.ts';
import { courseware } from './0011-courseware.ts';
import { calendarFeeds } from './0012-calendar-feeds.ts';
import { order } from './0014-order.ts';
import { sites } from './0016-sites.ts';
import { insight } from './0017-insight.ts';
import { importedLessons } from './0018-imported-lessons.ts';
import { importedCancellations } from './0019-imported-cancellations.ts';
import { answers } from './0020-answers.ts';
import { importedSequences } from './0021-imported-sequences.ts';

/** In the order of their names. What has been released is never changed: add the next one. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-district': district,
  '0002-lessons': lessons,
  '0003-remarks': remarks,
  '0004-watching': watching,
  '0005-publishing': publishing,
  '0006-editions': editions,
  '0007-captions': captions,
  '0008-uploads': uploads,
  '0009-polls': polls,
  '0010-calendar': calendar,
  '0011-courseware': courseware,
  '0012-calendar-feeds': calendarFeeds,
  '0014-order': order,
  '0016-sites': sites,
  '0017-insight': insight,
  '0018-imported-lessons': importedLessons,
  '0019-imported-cancellations': importedCancellations,
  '0020-answers': answers,
  '0021-imported-sequences': importedSequences,
};
