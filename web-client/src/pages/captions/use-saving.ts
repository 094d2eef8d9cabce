import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import type { EditorProps } from './caption-editor.tsx';
import type { CaptionDraft } from './use-caption-draft.ts';

/** Saving as the version after the one that was opened; when somebody else was quicker, both ways out of it. */
export function useSaving({ recordingId, captions }: EditorProps, draft: CaptionDraft) {
  const { language, label } = captions;
  const params = { recordingId, language };
  const client = useQueryClient();
  const store = useMutation({
    mutationFn: async (baseVersion: number) => {
      const { cues } = draft;
      const saved = await callApi('saveCaptions', { params, body: { label, baseVersion, cues: [...cues] } });
      return { cues, version: saved.version };
    },
    onSuccess: ({ cues, version }) => {
      draft.markSaved(cues, version);
      void client.invalidateQueries({ queryKey: ['captions', recordingId], exact: true });
      void client.invalidateQueries({ queryKey: ['caption-versions', recordingId, language] });
    },
  });
  const readLatest = () => callApi('getCaptions', { params, query: { all: 'yes' } });
  const takeTheirs = useMutation({
    mutationFn: readLatest,
    onSuccess: ({ cues, version }) => {
      draft.take(cues, version);
      store.reset();
    },
  });
  const keepMine = useMutation({
    mutationFn: async () => store.mutateAsync((await readLatest()).version),
  });
  const restore = useMutation({
    mutationFn: (version: number) => callApi('getCaptions', { params, query: { version } }),
    onSuccess: ({ cues }) => draft.edit({ cues, selected: cues.length > 0 ? 0 : -1 }),
  });
  const save = (): void => {
    if (draft.unfinished >= 0) draft.select(draft.unfinished);
    else if (draft.isDirty && !store.isPending) store.mutate(draft.baseVersion);
  };
  const isConflict = store.isError && asFailure(store.error).code === 'conflict';
  return { save, store, isConflict, takeTheirs, keepMine, restore };
}

export type Saving = ReturnType<typeof useSaving>;
