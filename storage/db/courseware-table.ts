import type { CoursewareId, LessonId, PersonId } from '../../signaling/protocol/ids.ts';
import type {
  CoursewareFailure,
  CoursewareKind,
  CoursewareState,
  PageSize,
} from '../../signaling/protocol/rest/courseware.ts';
import type { Json } from './schema.ts';

export interface CoursewareTable {
  courseware_id: CoursewareId;
  lesson_id: LessonId;
  owner_id: PersonId;
  file_name: string;
  bytes: number;
  kind: CoursewareKind | null;
  state: CoursewareState;
  failure: CoursewareFailure | null;
  pages: Json<PageSize[]>;
  created_at: Date;
  shown_at: Date | null;
  removed_at: Date | null;
}
