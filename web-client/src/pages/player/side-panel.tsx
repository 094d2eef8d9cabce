import { Tabs } from '@base-ui/react/tabs';
import { Download, X } from 'lucide-react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import type { Remark, RemarkKind } from '../../../../signaling/protocol/rest/remarks.ts';
import { remarksText } from '../../messages/remarks.ts';
import { cueAt, type VttCue } from '../../player/web-vtt.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { downloadCsv } from '../desk/sheet.ts';
import { usePlaybackDoor } from './playback-door.ts';
import { CaptionTranscript } from './caption-transcript.tsx';
import { RemarkForm } from './remark-form.tsx';
import { RemarkItem } from './remark-item.tsx';
import { useRemarkOrders, type Remarks } from './remarks-query.ts';
import type { ShownCaptions } from './use-captions.ts';
import styles from './side-panel.module.css';

type Tab = 'chapters' | 'captions' | RemarkKind;

interface PlaceProps {
  readonly positionS: number;
  readonly onSeek: (positionS: number) => void;
}

function Chapters({ chapters, positionS, onSeek }: PlaceProps & { readonly chapters: readonly VttCue[] }) {
  const t = useText(remarksText);
  const here = cueAt(chapters, positionS);
  if (chapters.length === 0) return <p className={styles.empty}>{t('empty_chapters')}</p>;
  return (
    <ol className={styles.chapters}>
      {chapters.map((chapter) => (
        <li key={chapter.fromS}>
          <button
            type="button"
            onClick={() => onSeek(chapter.fromS)}
            aria-current={chapter === here}
            data-testid="player-chapter"
          >
            <span className={[styles.soft, 'tabular'].join(' ')}>{duration(chapter.fromS * 1000)}</span>
            <span>{chapter.text}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Observations as a table for the meeting after the lesson. */
function ExportButton({ title, remarks }: { readonly title: string; readonly remarks: readonly Remark[] }) {
  const t = useText(remarksText);
  const headings = (['at', 'text', 'author', 'school', 'when'] as const).map((name) => t(`column_${name}`));
  const rows = remarks.map(({ atMs, verdict, aspect, text, authorName, authorPlace, createdAtMs }) => [
    atMs === null ? t('cutOut') : duration(atMs),
    text,
    authorName,
    authorPlace ?? '',
    new Date(createdAtMs).toLocaleString('zh-CN'),
    verdict === null ? '' : t(`verdict_${verdict}`),
    aspect === null ? '' : t(`aspect_${aspect}`),
  ]);
  const save = (): void => downloadCsv(t('exportName', { title }), [[...headings, t('verdict'), t('aspect')], ...rows]);
  return (
    <Button icon={Download} onClick={save} disabled={rows.length === 0} data-testid="remarks-export">
      {t('export')}
    </Button>
  );
}

interface RemarkTabProps extends PlaceProps {
  readonly kind: RemarkKind;
  readonly recording: RecordingSummary;
  readonly timeline: number;
  readonly remarks: readonly Remark[];
  readonly mayWrite: boolean;
}

function RemarkTab({ kind, recording, timeline, remarks, mayWrite, positionS, onSeek }: RemarkTabProps) {
  const t = useText(remarksText);
  const orders = useRemarkOrders({ recordingId: recording.recordingId, timeline });
  const { create, reword, answer, remove } = orders;
  const failure = reword.error ?? answer.error ?? remove.error;
  return (
    <>
      <p className={styles.hint}>{t(`hint_${kind}`)}</p>
      {mayWrite && (
        <RemarkForm
          kind={kind}
          positionS={positionS}
          error={create.error}
          isBusy={create.isPending}
          onSend={(remark, onSuccess) => create.mutate(remark, { onSuccess })}
        />
      )}
      {failure !== null && <FailureBanner error={failure} />}
      {remarks.length === 0 ? (
        <p className={styles.empty}>{t(`empty_${kind}`)}</p>
      ) : (
        <ul className={styles.remarks}>
          {remarks.map((remark) => (
            <RemarkItem key={remark.remarkId} {...{ remark, orders, onSeek }} />
          ))}
        </ul>
      )}
      {kind === 'observation' && <ExportButton title={recording.title} remarks={remarks} />}
    </>
  );
}

/** Questions are there for those who ask and for those who answer, observation for colleagues. Who comes by a link has no notes and asks nothing. */
function tabsOf({ remarks, mayAsk, mayObserve }: Remarks, hasCaptions: boolean, isGuest: boolean): readonly Tab[] {
  const spoken: readonly Tab[] = hasCaptions ? ['chapters', 'captions'] : ['chapters'];
  if (isGuest) return spoken;
  const hasQuestions = mayAsk || mayObserve || remarks.some(({ kind }) => kind === 'question');
  return [
    ...spoken,
    'note',
    ...(hasQuestions ? ['question' as const] : []),
    ...(mayObserve ? ['observation' as const] : []),
  ];
}

export interface SidePanelProps extends PlaceProps {
  readonly recording: RecordingSummary;
  /** Of what is played. */
  readonly timeline: number;
  readonly chapters: readonly VttCue[];
  readonly captions: ShownCaptions;
  readonly all: Remarks;
  readonly onClose: () => void;
}

/** Until it is known. */
export const NO_REMARKS: Remarks = { remarks: [], mayAsk: false, mayObserve: false };

export function SidePanel(props: SidePanelProps) {
  const { recording, timeline, chapters, captions, all, positionS, onSeek, onClose } = props;
  const t = useText(remarksText);
  const { remarks, mayAsk, mayObserve } = all;
  const { isGuest } = usePlaybackDoor(recording.recordingId);
  const tabs = tabsOf(all, captions.choices.length > 0, isGuest);
  const mayWrite = { note: true, question: mayAsk, observation: mayObserve };
  const place = { positionS, onSeek };
  return (
    <aside className={styles.panel} aria-label={t('panel')} data-testid="player-side">
      <Tabs.Root defaultValue={chapters.length > 0 || isGuest ? 'chapters' : 'note'} className={styles.root}>
        <div className={styles.head}>
          <Tabs.List className={styles.tabs}>
            {tabs.map((tab) => (
              <Tabs.Tab key={tab} value={tab} className={styles.tab} data-testid={`side-tab-${tab}`}>
                {t(`tab_${tab}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <button type="button" className={styles.close} aria-label={t('close')} onClick={onClose}>
            <X aria-hidden />
          </button>
        </div>
        {tabs.map((tab) => (
          <Tabs.Panel key={tab} value={tab} className={styles.body}>
            {tab === 'chapters' && <Chapters chapters={chapters} {...place} />}
            {tab === 'captions' && <CaptionTranscript captions={captions} {...place} />}
            {tab !== 'chapters' && tab !== 'captions' && (
              <RemarkTab
                kind={tab}
                {...{ recording, timeline }}
                remarks={remarks.filter(({ kind }) => kind === tab)}
                mayWrite={mayWrite[tab]}
                {...place}
              />
            )}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </aside>
  );
}
