import { useState } from 'react';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import type { ImportLine } from '../../../../signaling/protocol/rest/directory.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import desk from './desk.module.css';
import table from './table.module.css';
import styles from './people-import.module.css';

/** More lines than this nobody reads, and a slow laptop draws them for seconds. */
const SHOWN_LINES = 200;

const COLUMNS = ['displayName', 'role', 'classGroup', 'account', 'ward'] as const;
const COLUMN_WORDS = {
  displayName: 'displayName',
  role: 'role',
  classGroup: 'classGroup',
  account: 'account',
  ward: 'wards',
} as const;

function PreviewLine({ line }: { readonly line: ImportLine }) {
  const t = useText(peopleText);
  const words = useProblemWords();
  const wrong = new Set(line.problems.map((problem) => problem.column));
  return (
    <tr data-testid="import-line" data-line={line.line} data-good={line.problems.length === 0}>
      <td data-label={t('line')} className="tabular">
        {line.line}
      </td>
      {COLUMNS.map((column) => (
        <td
          key={column}
          data-label={t(COLUMN_WORDS[column])}
          className={wrong.has(column) ? styles.wrong : ''}
          data-wrong={wrong.has(column) ? column : undefined}
        >
          {line[column] === '' ? '—' : line[column]}
        </td>
      ))}
      <td data-label={t('problem')}>
        {line.problems.length === 0 ? (
          <span className={desk.online}>{t('fine')}</span>
        ) : (
          <ul className={styles.problems}>
            {line.problems.map((problem) => (
              <li key={`${problem.column}-${problem.code}-${JSON.stringify(problem.values)}`}>
                {problem.column in COLUMN_WORDS && (
                  <strong>{t(COLUMN_WORDS[problem.column as keyof typeof COLUMN_WORDS])}</strong>
                )}{' '}
                {words(problem) ?? t('problem')}
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

export interface ImportPreviewProps {
  readonly preview: RouteReply<'previewPeopleImport'>;
  readonly onImport: () => void;
}

function Summary({ preview, onImport }: ImportPreviewProps) {
  const t = useText(peopleText);
  const { good, bad, newClassGroups } = preview;
  return (
    <div className={styles.summary}>
      <output className={styles.counts}>
        <span className={styles.good} data-testid="import-good">
          {t('goodCount', { n: good })}
        </span>
        {bad > 0 && (
          <span className={styles.bad} data-testid="import-bad">
            {t('badCount', { n: bad })}
          </span>
        )}
      </output>
      {newClassGroups.length > 0 && <p>{t('newClasses', { names: newClassGroups.join('、') })}</p>}
      {good === 0 ? (
        <Banner tone="warn">{t('nothingGood')}</Banner>
      ) : (
        <div className={desk.actions}>
          <Button look="primary" size="l" onClick={onImport} data-testid="run-import">
            {bad > 0 ? t('importGood', { n: good }) : t('importAll', { n: good })}
          </Button>
          {bad > 0 && <p className={desk.hint}>{t('importBlocked')}</p>}
        </div>
      )}
    </div>
  );
}

/** What would be imported and what is wrong with the rest, line by line and column by column, before anything is changed. */
export function ImportPreview(props: ImportPreviewProps) {
  const { lines, bad } = props.preview;
  const t = useText(peopleText);
  const [onlyBad, setOnlyBad] = useState(bad > 0);
  const wanted = onlyBad ? lines.filter((line) => line.problems.length > 0) : lines;
  const hidden = wanted.length - SHOWN_LINES;
  return (
    <>
      <Summary {...props} />
      {bad > 0 && (
        <label className={desk.check}>
          <input type="checkbox" checked={onlyBad} onChange={(event) => setOnlyBad(event.target.checked)} />
          <span>{t('onlyBad')}</span>
        </label>
      )}
      <table className={table.table}>
        <caption className="visually-hidden">{t('importTitle')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('line')}</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(COLUMN_WORDS[column])}
              </th>
            ))}
            <th scope="col">{t('problem')}</th>
          </tr>
        </thead>
        <tbody>
          {wanted.slice(0, SHOWN_LINES).map((line) => (
            <PreviewLine key={line.line} line={line} />
          ))}
        </tbody>
      </table>
      {hidden > 0 && <p className={desk.hint}>{t('more', { n: hidden })}</p>}
    </>
  );
}
