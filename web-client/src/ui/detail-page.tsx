import type { ReactNode } from 'react';
import { LinkButton } from './button.tsx';
import { Page, type PageProps } from './page.tsx';
import { EmptyPanel } from './panels.tsx';
import styles from './detail-page.module.css';

interface DetailPageProps<Id> extends Omit<PageProps, 'children'> {
  /** Of what the page is about; undefined when its address names nothing. */
  readonly id: Id | undefined;
  /** Said instead of everything else when the address names nothing. */
  readonly missing: string;
  readonly children: (id: Id) => ReactNode;
}

/** A page about one thing, a step below where that is shown: its head, then what there is to say. */
export function DetailPage<Id>({ id, missing, children, ...frame }: DetailPageProps<Id>) {
  return (
    <Page {...frame}>
      <div className={styles.page}>{id === undefined ? <EmptyPanel isWholePage title={missing} /> : children(id)}</div>
    </Page>
  );
}

interface DetailHeadProps {
  readonly title: string;
  /** Which one it is. */
  readonly about?: ReactNode;
  readonly back: { readonly href: string; readonly label: string };
}

export function DetailHead({ title, about, back }: DetailHeadProps) {
  return (
    <div className={styles.head}>
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p>{about}</p>}
      </div>
      <LinkButton href={back.href}>{back.label}</LinkButton>
    </div>
  );
}
