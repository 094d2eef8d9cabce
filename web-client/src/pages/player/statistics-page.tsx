import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useParams } from 'wouter';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { playerText } from '../../messages/player.ts';
import { statisticsText } from '../../messages/statistics.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime, duration } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { downloadCsv } from '../desk/sheet.ts';
import { HeatChart } from './heat-chart.tsx';
import styles from './statistics.module.css';

type Statistics = RouteReply<'watchStatistics'>;

const REFRESH_MS = 30_000;
/** The rest is good-byes. */
const FINISHED = 0.9;

const percent = (part: number): string => `${Math.round(part * 100)}%`;

function Figures({ viewers }: Statistics) {
  const t = useText(statisticsText);
  const completion = viewers.reduce((sum, viewer) => sum + viewer.completion, 0) / Math.max(viewers.length, 1);
  const playedMs = viewers.reduce((sum, viewer) => sum + viewer.playedMs, 0);
  const finished = viewers.filter((viewer) => viewer.completion >= FINISHED).length;
  const facts = [
    [t('viewers'), t('people', { n: viewers.length })],
    [t('completed'), t('people', { n: finished })],
    [t('average'), percent(completion)],
    [t('total'), duration(playedMs)],
  ] as const;
  return (
    <dl className={styles.figures}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function ViewerTable({ viewers }: Statistics) {
  const t = useText(statisticsText);
  const language = useLanguage();
  const names = ['name', 'class', 'completion', 'played', 'stopped', 'last'] as const;
  return (
    // Scrolls sideways on a phone, so it must be reached by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.tableFrame} aria-label={t('viewers')} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {viewers.map((viewer) => (
            <tr key={viewer.personId} data-testid="viewer-row">
              <th scope="row">{viewer.displayName}</th>
              <td>{viewer.classGroup ?? viewer.schoolName ?? ''}</td>
              <td className="tabular">
                <meter min={0} max={1} value={viewer.completion} aria-label={t('completion')} />{' '}
                {percent(viewer.completion)}
              </td>
              <td className="tabular">{duration(viewer.playedMs)}</td>
              <td className="tabular">{duration(viewer.lastMs)}</td>
              <td>{dayAndTime(viewer.lastAtMs, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ExportButton({ statistics }: { readonly statistics: Statistics }) {
  const t = useText(statisticsText);
  const names = ['name', 'class', 'completion', 'played', 'stopped', 'last'] as const;
  const save = (): void => {
    const seen = statistics.viewers.map((viewer) => [
      viewer.displayName,
      viewer.classGroup ?? viewer.schoolName ?? '',
      percent(viewer.completion),
      duration(viewer.playedMs),
      duration(viewer.lastMs),
      new Date(viewer.lastAtMs).toLocaleString('zh-CN'),
    ]);
    const unseen = statistics.missing.map(({ displayName, classGroup }) => [displayName, classGroup, t('notYet')]);
    downloadCsv(t('fileName', { title: statistics.title }), [names.map((name) => t(name)), ...seen, ...unseen]);
  };
  return (
    <Button icon={Download} onClick={save} data-testid="statistics-export">
      {t('export')}
    </Button>
  );
}

function Missing({ missing }: Statistics) {
  const t = useText(statisticsText);
  return (
    <section className={styles.section} aria-labelledby="missing-title">
      <h2 id="missing-title">{t('missing', { n: missing.length })}</h2>
      {missing.length === 0 ? (
        <p>{t('everybody')}</p>
      ) : (
        <ul className={styles.missing} data-testid="missing">
          {missing.map(({ personId, displayName, classGroup }) => (
            <li key={personId}>
              {displayName} <span>{classGroup}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Shown({ statistics }: { readonly statistics: Statistics }) {
  const t = useText(statisticsText);
  if (statistics.viewers.length === 0) {
    return (
      <>
        <EmptyPanel title={t('nobody')}>
          <p>{t('nobodyBody')}</p>
        </EmptyPanel>
        <Missing {...statistics} />
      </>
    );
  }
  return (
    <>
      <Figures {...statistics} />
      <section className={styles.section} aria-labelledby="curve-title">
        <h2 id="curve-title">{t('curve')}</h2>
        <p className={styles.hint}>{t('curveHint')}</p>
        <HeatChart {...statistics} />
      </section>
      <section className={styles.section} aria-labelledby="viewers-title">
        <div className={styles.head}>
          <h2 id="viewers-title">{t('viewers')}</h2>
          <ExportButton statistics={statistics} />
        </div>
        <ViewerTable {...statistics} />
        <p className={styles.hint}>{t('honest')}</p>
      </section>
      <Missing {...statistics} />
    </>
  );
}

function Loaded({ recordingId }: { readonly recordingId: RecordingId }) {
  const t = useText(statisticsText);
  const statistics = useQuery({
    queryKey: ['statistics', recordingId],
    queryFn: ({ signal }) => callApi('watchStatistics', { params: { recordingId } }, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <DetailHead
        title={t('title')}
        about={statistics.data?.title}
        back={{ href: `/watch/${recordingId}`, label: t('back') }}
      />
      <Answer of={statistics} height={480}>
        {(data) => <Shown statistics={data} />}
      </Answer>
    </>
  );
}

/** For the teachers of the lesson: who watched what of it. */
export default function StatisticsPage() {
  const t = useText(statisticsText);
  const player = useText(playerText);
  const id = RecordingId.safeParse(useParams<{ recordingId: string }>().recordingId).data;
  return (
    <DetailPage title={t('title')} id={id} missing={player('gone')}>
      {(recordingId) => <Loaded recordingId={recordingId} />}
    </DetailPage>
  );
}
