import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { coursewareQuery } from './courseware-query.ts';
import { sendCourseware } from './send-courseware.ts';
import type { NotSent } from './send-courseware.ts';

export interface UploadState {
  /** The file on its way. */
  readonly sending: { readonly name: string; readonly fraction: number } | null;
  readonly refused: readonly { readonly name: string; readonly why: NotSent }[];
}

const IDLE: UploadState = { sending: null, refused: [] };

/** Sends files one after the other, in the order of their names as people number them. */
export function useCoursewareUpload(lessonId: string) {
  const client = useQueryClient();
  const [state, setState] = useState(IDLE);
  const isBusy = useRef(false);
  const add = useCallback(
    async (chosen: readonly File[]): Promise<void> => {
      if (isBusy.current) return;
      isBusy.current = true;
      setState(IDLE);
      const files = chosen.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
      for (const file of files) {
        const { name } = file;
        const tell = (fraction: number): void => setState((now) => ({ ...now, sending: { name, fraction } }));
        tell(0);
        const why = await sendCourseware(lessonId, file, tell);
        if (why !== null) setState((now) => ({ ...now, refused: [...now.refused, { name, why }] }));
        await client.invalidateQueries({ queryKey: coursewareQuery(lessonId).queryKey });
      }
      setState((now) => ({ ...now, sending: null }));
      isBusy.current = false;
    },
    [client, lessonId],
  );
  return { ...state, add };
}
