import { useRef } from 'react';
import type { ChangeEvent } from 'react';
import { Button } from './button.tsx';
import type { ButtonProps } from './button.tsx';

interface FileButtonProps extends Omit<ButtonProps, 'onClick'> {
  readonly accept: string;
  /** Of the field, which tests give files to. */
  readonly testId: string;
  readonly multiple?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A button that opens the computer's own choice of files. */
export function FileButton({ accept, testId, multiple = false, onFiles, ...button }: FileButtonProps) {
  const field = useRef<HTMLInputElement>(null);
  const take = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const files = [...(target.files ?? [])];
    // The same file may be chosen again once it is corrected.
    target.value = '';
    if (files.length > 0) onFiles(files);
  };
  return (
    <>
      <Button {...button} onClick={() => field.current?.click()} />
      <input ref={field} type="file" hidden multiple={multiple} accept={accept} data-testid={testId} onChange={take} />
    </>
  );
}
