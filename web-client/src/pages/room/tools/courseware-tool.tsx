import { PenLine } from 'lucide-react';
import { WHITEBOARD } from '../../../../../signaling/protocol/ink.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { CoursewarePanel } from '../../../courseware/courseware-panel.tsx';
import { useCoursewareFiles } from '../../../courseware/use-courseware-files.ts';
import { coursewareText } from '../../../messages/courseware.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';

/** Files for this lesson; a press puts a page on every screen. */
export function CoursewareTool({ state }: { readonly state: InsideState }) {
  const t = useText(coursewareText);
  const { tools } = useCall().actions;
  const { lessonId } = state.lesson;
  const files = useCoursewareFiles(lessonId);
  const isWhiteboard = state.tools.page?.coursewareId === WHITEBOARD.coursewareId;
  return (
    <>
      <Button
        icon={PenLine}
        disabled={isWhiteboard}
        onClick={() => void tools.showPage({ coursewareId: WHITEBOARD.coursewareId, page: 1 }, files)}
        data-testid="whiteboard"
      >
        {t('whiteboard')}
      </Button>
      <CoursewarePanel
        lessonId={lessonId}
        shown={state.tools.page}
        onShow={(place) => void tools.showPage(place, files)}
      />
    </>
  );
}
