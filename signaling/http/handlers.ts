import type { RestDependencies } from './dependencies.ts';
import { CalendarFeedRoutes } from './routes/calendar-feeds.ts';
import { CalendarImportRoutes } from './routes/calendar-import.ts';
import { CalendarRoutes } from './routes/calendar.ts';
import { CaptionRoutes } from './routes/captions.ts';
import { ClassroomRoutes } from './routes/classrooms.ts';
import { ConnectionCheckRoutes } from './routes/connection-check.ts';
import { CoverageRoutes } from './routes/coverage.ts';
import { CoursewareRoutes } from './routes/courseware.ts';
import { EditionRoutes } from './routes/editions.ts';
import { InspectionRoutes } from './routes/inspection.ts';
import { InvitationRoutes } from './routes/invitations.ts';
import { JoiningRoutes } from './routes/joining.ts';
import { LessonReportRoutes } from './routes/lesson-report.ts';
import { LessonRoutes } from './routes/lessons.ts';
import { OrderRoutes } from './routes/order.ts';
import { PeopleRoutes } from './routes/people.ts';
import { PersonAnswerRoutes } from './routes/person-answers.ts';
import { PublishingRoutes } from './routes/publishing.ts';
import { PackageRoutes } from './routes/packages.ts';
import { RecordingRoutes } from './routes/recordings.ts';
import { RemarkRoutes } from './routes/remarks.ts';
import { SchoolRoutes } from './routes/schools.ts';
import { SessionRoutes } from './routes/session.ts';
import { SiteRoutes } from './routes/sites.ts';
import { TimetableRoutes } from './routes/timetable.ts';
import { UploadRoutes } from './routes/uploads.ts';
import { WatchingRoutes } from './routes/watching.ts';
import type { RestHandlers } from './serve-route.ts';

/** Every route's handler; one that is missing does not compile. */
export function restHandlers(dependencies: RestDependencies): RestHandlers {
  return {
    ...new SessionRoutes(dependencies),
    ...new LessonRoutes(dependencies),
    ...new LessonReportRoutes(dependencies),
    ...new PersonAnswerRoutes(dependencies),
    ...new InspectionRoutes(dependencies),
    ...new CoverageRoutes(dependencies),
    ...new CoursewareRoutes(dependencies),
    ...new JoiningRoutes(dependencies),
    ...new InvitationRoutes(dependencies),
    ...new SchoolRoutes(dependencies),
    ...new PeopleRoutes(dependencies),
    ...new OrderRoutes(dependencies),
    ...new ClassroomRoutes(dependencies),
    ...new SiteRoutes(dependencies),
    ...new CalendarRoutes(dependencies),
    ...new CalendarFeedRoutes(dependencies),
    ...new CalendarImportRoutes(dependencies),
    ...new TimetableRoutes(dependencies),
    ...new RecordingRoutes(dependencies),
    ...new PublishingRoutes(dependencies),
    ...new PackageRoutes(dependencies),
    ...new EditionRoutes(dependencies),
    ...new CaptionRoutes(dependencies),
    ...new RemarkRoutes(dependencies),
    ...new WatchingRoutes(dependencies),
    ...new UploadRoutes(dependencies),
    ...new ConnectionCheckRoutes(dependencies),
  };
}
