import {
  Activity,
  ArrowLeft,
  CircleHelp,
  Component,
  Dices,
  FileChartColumn,
  Presentation,
  ShieldCheck,
  Timer,
  Zap,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { FIRST_RULES, type ClassRules } from '../../../../../signaling/protocol/class-order.ts';
import { hasGroups } from '../../../../../signaling/protocol/groups.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { Skeleton } from '../../../ui/panels.tsx';
import { ActivityTool } from './activity-tool.tsx';
import { CoursewareTool } from './courseware-tool.tsx';
import { CountdownTool } from './countdown-tool.tsx';
import { OrderTool } from './order-tool.tsx';
import { PickTool } from './pick-tool.tsx';
import { PollTool } from './poll-tool.tsx';
import { RaceTool } from './race-tool.tsx';
import { ToolFootPlace } from './tool-foot.tsx';
import panel from '../side-panel.module.css';
import styles from './class-tools.module.css';

const GroupsTool = lazy(() => import('../groups/groups-tool.tsx'));

const TOOLS = [
  { id: 'courseware', icon: Presentation },
  { id: 'poll', icon: CircleHelp },
  { id: 'pick', icon: Dices },
  { id: 'countdown', icon: Timer },
  { id: 'race', icon: Zap },
  { id: 'groups', icon: Component },
  { id: 'activity', icon: Activity },
  { id: 'order', icon: ShieldCheck },
] as const;
export type ClassTool = (typeof TOOLS)[number]['id'];

function isRunning(id: ClassTool, { tools, groups }: InsideState): boolean {
  if (id === 'activity') return false;
  if (id === 'groups') return groups !== null;
  if (id === 'order') return areRulesSet(tools.order.rules);
  if (id === 'courseware') return tools.page !== null;
  if (id !== 'poll') return tools[id] !== null;
  return tools.polls.some(({ state }) => state === 'open');
}

const areRulesSet = (rules: ClassRules): boolean =>
  rules.chat !== FIRST_RULES.chat ||
  rules.microphones !== FIRST_RULES.microphones ||
  rules.screens !== FIRST_RULES.screens;

/** Those to choose from; what runs is marked. */
export function ClassToolMenu(props: { readonly state: InsideState; readonly onOpen: (tool: ClassTool) => void }) {
  const t = useText(toolText);
  const { kind, origin } = props.state.lesson;
  const tools = TOOLS.filter(({ id }) => id !== 'groups' || hasGroups(kind, origin));
  return (
    <section className={styles.part}>
      <h3>{t('title')}</h3>
      <div className={styles.menu}>
        {tools.map(({ id, icon: Icon }) => (
          <button
            key={id}
            type="button"
            className={styles.choice}
            data-running={isRunning(id, props.state)}
            onClick={() => props.onOpen(id)}
            data-testid={`tool-${id}`}
          >
            <Icon aria-hidden /> {t(id)}
          </button>
        ))}
      </div>
      {/* In a tab of its own: nobody leaves the lesson for it. */}
      <LinkButton
        href={`/lessons/${props.state.lesson.lessonId}/report`}
        look="plain"
        icon={FileChartColumn}
        isOtherTab
      >
        {t('report')}
      </LinkButton>
    </section>
  );
}

export interface OpenToolProps {
  readonly tool: ClassTool;
  readonly state: InsideState;
  readonly onBack: () => void;
}

/** Fills the panel: what is long scrolls, what must be within reach stands below it. */
export function OpenTool({ tool, state, onBack }: OpenToolProps) {
  const t = useText(toolText);
  const [foot, setFoot] = useState<HTMLElement | null>(null);
  const views: Readonly<Record<ClassTool, ReactNode>> = {
    courseware: <CoursewareTool state={state} />,
    poll: <PollTool state={state} />,
    pick: <PickTool state={state} />,
    countdown: <CountdownTool state={state} />,
    race: <RaceTool state={state} />,
    activity: <ActivityTool state={state} />,
    groups: (
      <Suspense fallback={<Skeleton height={320} />}>
        <GroupsTool state={state} />
      </Suspense>
    ),
    order: <OrderTool state={state} />,
  };
  return (
    <div className={panel.fill}>
      <div className={panel.body}>
        <div className={styles.tool}>
          <div className={styles.head}>
            <Button look="plain" icon={ArrowLeft} onClick={onBack} data-testid="tool-back">
              {t('back')}
            </Button>
            <h3>{t(tool)}</h3>
          </div>
          <ToolFootPlace value={foot}>{views[tool]}</ToolFootPlace>
        </div>
      </div>
      <div ref={setFoot} className={styles.foot} />
    </div>
  );
}
