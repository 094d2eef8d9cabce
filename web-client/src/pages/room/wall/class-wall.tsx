import { Eye, EyeOff, Maximize2, Minimize2 } from 'lucide-react';
import type { InsideState } from '../../../call/room-state.ts';
import { wallText } from '../../../messages/class-wall.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { useExposure } from '../float/exposure.ts';
import type { Exposure } from '../float/exposure.ts';
import { canFloat } from '../float/float-window.ts';
import { WallGrid } from './wall-grid.tsx';
import { useWallFaces } from './wall-people.ts';
import type { WallFace } from './wall-people.ts';
import styles from './class-wall.module.css';

export interface ClassWallProps {
  readonly state: InsideState;
  /** In place of the lesson, or beside it. */
  readonly isLarge: boolean;
  readonly onLarge: (isLarge: boolean) => void;
}

const MOST_ACROSS = 4;

/** As large as they fit; never one row alone, in which faces would be cut at the sides. */
function largeGrid(count: number): { readonly columns: number; readonly rows: number } {
  const columns = Math.min(MOST_ACROSS, Math.max(1, Math.ceil(Math.sqrt(count))));
  const rows = Math.min(MOST_ACROSS, Math.ceil(count / columns));
  return { columns, rows: columns === 1 ? 1 : Math.max(2, rows) };
}

/** The class as its teachers see it (SPEC V). */
export default function ClassWall({ state, isLarge, onLarge }: ClassWallProps) {
  const t = useText(wallText);
  const faces = useWallFaces(state);
  const { isOn } = state.tools.wall;
  return (
    <section
      className={[styles.wall, isLarge ? styles.large : ''].join(' ')}
      aria-label={t('wall')}
      data-testid={isLarge ? 'wall-large' : 'wall'}
    >
      <header>
        <WallSwitch isOn={isOn} />
        {isOn && <SizeButton isLarge={isLarge} onLarge={onLarge} />}
        {isOn && <output>{faces.length === 0 ? t('nobody') : t('count', { n: faces.length })}</output>}
      </header>
      {isOn ? <Faces {...{ faces, isLarge }} /> : <p>{t('about')}</p>}
    </section>
  );
}

function Faces({ faces, isLarge }: { readonly faces: readonly WallFace[]; readonly isLarge: boolean }) {
  const exposure = useExposure();
  if (exposure !== 'none') return <Hidden exposure={exposure} />;
  return <WallGrid faces={faces} {...(isLarge ? largeGrid(faces.length) : { columns: 2, rows: 6 })} />;
}

/** Pupils who see what is shared would see one another. */
function Hidden({ exposure }: { readonly exposure: Exclude<Exposure, 'none'> }) {
  const t = useText(wallText);
  return (
    <p data-testid="wall-hidden">
      {t(exposure === 'window' ? 'windowShared' : 'screenShared')} {canFloat() && t('inPanel')}
    </p>
  );
}

function WallSwitch({ isOn }: { readonly isOn: boolean }) {
  const t = useText(wallText);
  const { actions } = useCall();
  return (
    <Button
      look={isOn ? 'quiet' : 'primary'}
      icon={isOn ? EyeOff : Eye}
      onClick={() => void actions.tools.setWall(!isOn)}
      data-testid="wall-switch"
    >
      {isOn ? t('turnOff') : t('turnOn')}
    </Button>
  );
}

function SizeButton({ isLarge, onLarge }: Pick<ClassWallProps, 'isLarge' | 'onLarge'>) {
  const t = useText(wallText);
  return (
    <Button
      icon={isLarge ? Minimize2 : Maximize2}
      onClick={() => onLarge(!isLarge)}
      data-testid={isLarge ? 'wall-shrink' : 'wall-enlarge'}
    >
      {isLarge ? t('shrink') : t('enlarge')}
    </Button>
  );
}
