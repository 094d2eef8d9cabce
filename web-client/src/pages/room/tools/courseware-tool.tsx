import type { InsideState } from '../../../call/room-state.ts';
import { CoursewarePanel } from '../../../courseware/courseware-panel.tsx';
import { useCoursewareFiles } from '../../../courseware/use-courseware-files.ts';
import { useCall } from '../call-context.ts';

/** Files for this lesson; a press puts a page on every screen. */
export function CoursewareTool({ state }: { readonly state: InsideState }) {
  const { tools } = useCall().actions;
  const { lessonId } = state.lesson;
  const files = useCoursewareFiles(lessonId);
  return (
    <CoursewarePanel
      lessonId={lessonId}
      shown={state.tools.page}
      onShow={(place) => void tools.showPage(place, files)}
    />
  );
}
