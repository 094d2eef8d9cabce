import { LoaderCircle } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'quiet' | 'danger' | 'plain';
  readonly size?: 'm' | 'l';
  readonly icon?: LucideIcon;
  /** Shows that the action is under way; a second press has no effect meanwhile. */
  readonly busy?: boolean;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { look = 'quiet', size = 'm', icon: Icon, busy = false, children, className, disabled, ...rest } = props;
  const classes = [styles.button, styles[look], size === 'l' ? styles.large : '', className ?? ''].join(' ');
  return (
    <button type="button" {...rest} className={classes} disabled={disabled === true || busy} aria-busy={busy}>
      {busy ? <LoaderCircle className={styles.spin} aria-hidden /> : Icon !== undefined && <Icon aria-hidden />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

export interface LinkButtonProps {
  readonly href: string;
  readonly look?: 'primary' | 'quiet' | 'plain';
  readonly size?: 'm' | 'l';
  readonly icon?: LucideIcon;
  /** Opens beside what is going on here. */
  readonly isOtherTab?: boolean;
  /** Where it goes, when there is only the icon. */
  readonly label?: string;
  readonly testId?: string;
  readonly children?: ReactNode;
  readonly onClick?: (event: React.MouseEvent<HTMLAnchorElement>) => void;
}

/** Looks like a button, goes somewhere. */
export function LinkButton(props: LinkButtonProps) {
  const { href, look = 'quiet', size = 'm', icon: Icon, isOtherTab = false, label, testId, children, onClick } = props;
  return (
    <a
      href={href}
      {...(isOtherTab ? { target: '_blank', rel: 'noopener' } : {})}
      {...(label === undefined ? {} : { 'aria-label': label, title: label })}
      onClick={onClick}
      className={[styles.button, styles[look], size === 'l' ? styles.large : ''].join(' ')}
      data-testid={testId}
    >
      {Icon !== undefined && <Icon aria-hidden />}
      {children !== undefined && <span>{children}</span>}
    </a>
  );
}
