import { answersQuestions } from '../../../../signaling/protocol/seats.ts';
import type { InkStroke } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { InkBar } from './ink-bar.tsx';
import { PageControls } from './page-controls.tsx';
import { PageView } from './page-view.tsx';
import { useInkPen } from './use-ink-pen.ts';
import styles from './page-controls.module.css';

/** The page in the large place: to look at, to turn for teachers, to write on for those who may. */
export function ShownBoard({ state, shown }: { readonly state: InsideState; readonly shown: ShownPage }) {
  const teaches = may(state, 'showPages');
  const { ink } = state.tools;
  const isOfClass = answersQuestions(state.self.seat, state.lesson.kind) && may(state, 'answer');
  const mayWrite = teaches || (ink.isOpen && isOfClass);
  const mayErase = ({ seatId }: InkStroke): boolean => teaches || seatId === state.self.seatId;
  const pen = useInkPen(shown, mayWrite, { strokes: ink.strokes, mayErase });
  return (
    <>
      <PageView shown={shown} size="large" strokes={ink.strokes} pen={pen} isNumbered={!teaches} />
      {mayWrite && (
        <div className={styles.controls}>
          {teaches && <PageControls shown={shown} lessonId={state.lesson.lessonId} />}
          <InkBar {...{ state, shown, pen }} />
        </div>
      )}
    </>
  );
}
