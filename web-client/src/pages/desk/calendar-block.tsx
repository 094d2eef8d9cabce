import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import styles from './calendar.module.css';
import table from './table.module.css';

export interface CalendarBlockProps {
  /** Of the heading that names the block. */
  readonly headingId: string;
  readonly title: string;
  readonly add: { readonly label: string; readonly testId: string; readonly onClick: () => void };
  readonly columns: readonly string[];
  readonly empty: { readonly title: string; readonly body: string };
  /** A table row each. */
  readonly rows: readonly ReactNode[];
  /** The dialog, while it is open. */
  readonly children: ReactNode;
}

/** What a school's calendar has of one kind: a heading with the button that adds one, and a table. */
export function CalendarBlock({ headingId, title, add, columns, empty, rows, children }: CalendarBlockProps) {
  const words = useText(deskText);
  return (
    <section className={styles.block} aria-labelledby={headingId}>
      <div className={styles.head}>
        <h2 id={headingId}>{title}</h2>
        <Button icon={Plus} onClick={add.onClick} data-testid={add.testId}>
          {add.label}
        </Button>
      </div>
      {rows.length === 0 ? (
        <EmptyPanel title={empty.title}>
          <p>{empty.body}</p>
        </EmptyPanel>
      ) : (
        <table className={table.table}>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{words('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      )}
      {children}
    </section>
  );
}
