import type { Kysely } from 'kysely';
import type { Stores } from '../ports.ts';
import { createActivityStore } from './activity-store.ts';
import { createAttendanceStore } from './attendance-store.ts';
import { createAuditStore } from './audit-store.ts';
import { createCalendarFeedStore } from './calendar-feed-store.ts';
import { createCalendarStore } from './calendar-store.ts';
import { createCaptionStore } from './caption-store.ts';
import { createChatStore } from './chat-store.ts';
import { createClassroomStore } from './classroom-store.ts';
import { createCoverageStore } from './coverage-store.ts';
import { createCoursewareStore } from './courseware-store.ts';
import { createDirectoryStore } from './directory-store.ts';
import { createEditionStore } from './edition-store.ts';
import { throwingAppErrors, toAppError } from './errors.ts';
import { inTransaction } from './in-transaction.ts';
import { createInspectionStore } from './inspection-store.ts';
import { createImportedLessonStore } from './imported-lesson-store.ts';
import { createInvitationStore } from './invitation-store.ts';
import { createLessonStore } from './lesson-store.ts';
import { createPollStore } from './poll-store.ts';
import { createRecordingLinkStore } from './recording-link-store.ts';
import { createRecordingStore } from './recording-store.ts';
import { createRecordingTextStore } from './recording-text-store.ts';
import { createReportStore } from './report-store.ts';
import { createRemarkStore } from './remark-store.ts';
import type { Database } from './schema.ts';
import { createSeatStore } from './seat-store.ts';
import { createSessionStore } from './session-store.ts';
import { createSettingStore } from './setting-store.ts';
import { createSiteStore } from './site-store.ts';
import { createTimetableStore } from './timetable-store.ts';
import { createUploadStore } from './upload-store.ts';
import { createWatchStore } from './watch-store.ts';
import { createWordStore } from './word-store.ts';

/** Every store of the database; none of their methods throws anything but `AppError`. */
export function createStores(db: Kysely<Database>): Stores {
  return {
    directory: throwingAppErrors(createDirectoryStore(db)),
    classrooms: throwingAppErrors(createClassroomStore(db)),
    sites: throwingAppErrors(createSiteStore(db)),
    calendarFeeds: throwingAppErrors(createCalendarFeedStore(db)),
    calendar: throwingAppErrors(createCalendarStore(db)),
    timetable: throwingAppErrors(createTimetableStore(db)),
    importedLessons: throwingAppErrors(createImportedLessonStore(db)),
    lessons: throwingAppErrors(createLessonStore(db)),
    sessions: throwingAppErrors(createSessionStore(db)),
    coverage: throwingAppErrors(createCoverageStore(db)),
    inspection: throwingAppErrors(createInspectionStore(db)),
    invitations: throwingAppErrors(createInvitationStore(db)),
    seats: throwingAppErrors(createSeatStore(db)),
    activity: throwingAppErrors(createActivityStore(db)),
    attendance: throwingAppErrors(createAttendanceStore(db)),
    chat: throwingAppErrors(createChatStore(db)),
    polls: throwingAppErrors(createPollStore(db)),
    courseware: throwingAppErrors(createCoursewareStore(db)),
    recordings: throwingAppErrors(createRecordingStore(db)),
    editions: throwingAppErrors(createEditionStore(db)),
    recordingLinks: throwingAppErrors(createRecordingLinkStore(db)),
    recordingTexts: throwingAppErrors(createRecordingTextStore(db)),
    remarks: throwingAppErrors(createRemarkStore(db)),
    uploads: throwingAppErrors(createUploadStore(db)),
    watching: throwingAppErrors(createWatchStore(db)),
    captions: throwingAppErrors(createCaptionStore(db)),
    reports: throwingAppErrors(createReportStore(db)),
    words: throwingAppErrors(createWordStore(db)),
    audit: throwingAppErrors(createAuditStore(db)),
    settings: throwingAppErrors(createSettingStore(db)),
    async atomically(work) {
      try {
        return await inTransaction(db, (tx) => work(createStores(tx)));
      } catch (error) {
        throw toAppError(error);
      }
    },
  };
}
