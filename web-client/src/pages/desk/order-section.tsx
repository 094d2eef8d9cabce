import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LONGEST_WORD, MOST_WORDS, type KeptReport } from '../../../../signaling/protocol/rest/order.ts';
import { callApi } from '../../api/api.ts';
import { deskOrderText } from '../../messages/desk-order.ts';
import { useText } from '../../text/text.ts';
import { useLanguage } from '../../text/language.ts';
import { dayAndTime } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Banner, EmptyPanel } from '../../ui/panels.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { useNotices } from './notices.tsx';
import { Pager, PAGE_SIZE } from './pager.tsx';
import desk from './desk.module.css';
import styles from './order-section.module.css';

function HandleForm({ report }: { readonly report: KeptReport }) {
  const t = useText(deskOrderText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [note, setNote] = useState('');
  const handle = useMutation({
    mutationFn: () => callApi('handleReport', { params: { reportId: report.reportId }, body: { note } }),
    onSuccess: () => notices.say(t('handled')),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('reports'),
  });
  return (
    <div className={styles.handle}>
      <TextField label={t('note')} value={note} maxLength={300} onChange={(event) => setNote(event.target.value)} />
      <Button busy={handle.isPending} onClick={() => handle.mutate()} data-testid="handle-report">
        {t('handle')}
      </Button>
    </div>
  );
}

function Report({ report }: { readonly report: KeptReport }) {
  const t = useText(deskOrderText);
  const language = useLanguage();
  const { handled, message } = report;
  return (
    <li className={styles.report} data-testid="kept-report">
      <header>
        <strong>{t('about', { name: report.aboutName })}</strong>
        <span>
          {t('inLesson', { title: report.lessonTitle })} · {dayAndTime(report.reportedAtMs, language)}
        </span>
      </header>
      {message !== null && <blockquote>{message.text}</blockquote>}
      <p>
        {t('by', { name: report.reporterName })} · {report.reason === '' ? t('noReason') : report.reason}
      </p>
      {handled === null ? (
        <HandleForm report={report} />
      ) : (
        <p className={desk.hint}>
          {t('handledBy', { name: handled.byName ?? '—', time: dayAndTime(handled.atMs, language) })}
          {handled.note === '' ? '' : ` · ${handled.note}`}
        </p>
      )}
    </li>
  );
}

function Reports() {
  const t = useText(deskOrderText);
  const { school } = useDeskSchool();
  const [isHandled, setHandled] = useState(false);
  const [offset, setOffset] = useState(0);
  const reports = useQuery(deskQueries.reports(school.schoolId, isHandled, offset, PAGE_SIZE));
  const show = (handled: boolean): void => {
    setHandled(handled);
    setOffset(0);
  };
  return (
    <section className={desk.stack}>
      <h2>{t('reports')}</h2>
      <p className={desk.hint}>{t('reportsIntro')}</p>
      <div className={desk.actions}>
        <Button aria-pressed={!isHandled} onClick={() => show(false)}>
          {t('showOpen')}
        </Button>
        <Button aria-pressed={isHandled} onClick={() => show(true)} data-testid="show-handled">
          {t('showHandled')}
        </Button>
      </div>
      <Answer of={reports} height={160}>
        {({ items, total }) =>
          total === 0 ? (
            <EmptyPanel title={isHandled ? t('noHandled') : t('noReports')} />
          ) : (
            <>
              <ul className={styles.reports}>
                {items.map((report) => (
                  <Report key={report.reportId} report={report} />
                ))}
              </ul>
              <Pager
                offset={offset}
                total={total}
                range={(from, to) => t('range', { from, to, total })}
                onMove={setOffset}
                testId="reports-range"
              />
            </>
          )
        }
      </Answer>
    </section>
  );
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function WordsForm({ words }: { readonly words: readonly string[] }) {
  const t = useText(deskOrderText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [text, setText] = useState(words.join('\n'));
  const lines = linesOf(text);
  const tooLong = lines.find((line) => line.length > LONGEST_WORD);
  const isTooMany = lines.length > MOST_WORDS;
  const save = useMutation({
    mutationFn: () =>
      callApi('setRefusedWords', { params: { schoolId: school.schoolId }, body: { words: linesOf(text) } }),
    onSuccess: (saved) => {
      setText(saved.words.join('\n'));
      notices.say(t('wordsSaved'));
    },
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('words'),
  });
  return (
    <>
      <label className={styles.words}>
        {t('wordsLabel')}
        <textarea
          rows={10}
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          data-testid="refused-words"
        />
      </label>
      {tooLong !== undefined && <Banner tone="warn">{t('tooLong', { word: tooLong, n: LONGEST_WORD })}</Banner>}
      {isTooMany && <Banner tone="warn">{t('tooMany', { n: MOST_WORDS })}</Banner>}
      <div className={desk.actions}>
        <Button
          look="primary"
          busy={save.isPending}
          disabled={tooLong !== undefined || isTooMany}
          onClick={() => save.mutate()}
          data-testid="save-words"
        >
          {t('save')}
        </Button>
      </div>
    </>
  );
}

/** What was reported in lessons, and what nobody may write in them. */
export function OrderSection() {
  const t = useText(deskOrderText);
  const { school } = useDeskSchool();
  const words = useQuery(deskQueries.words(school.schoolId));
  return (
    <div className={styles.both}>
      <Reports />
      <section className={desk.stack}>
        <h2>{t('words')}</h2>
        <p className={desk.hint}>{t('wordsIntro', { n: MOST_WORDS })}</p>
        <Answer of={words} height={240}>
          {(all) => <WordsForm words={all} />}
        </Answer>
      </section>
    </div>
  );
}
