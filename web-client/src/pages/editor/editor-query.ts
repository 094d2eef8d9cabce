import { queryOptions } from '@tanstack/react-query';
import { EditorFacts } from '../../../../signaling/protocol/edition.ts';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { PlayIndex } from '../../../../signaling/protocol/play-index.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { PlaySource } from '../../player/play-source.ts';
import type { EditorView } from '../../../../signaling/protocol/rest/editions.ts';

const NOT_YET_MS = 2_000;
const RETRIES = 3;

/** Everything an editor begins with. */
export interface OpenedEditor {
  readonly view: EditorView;
  readonly index: PlayIndex;
  readonly source: PlaySource;
}

/** Asked for once; a recording that cannot be edited yet is asked for again and again. */
export const editorQuery = (recordingId: RecordingId) =>
  queryOptions({
    queryKey: ['editor', recordingId],
    queryFn: async ({ signal }): Promise<OpenedEditor> => {
      const params = { recordingId };
      const view = await callApi('openEditor', { params }, signal);
      const source = new PlaySource(
        view.viewsIndexUrl,
        async () => (await callApi('openEditor', { params })).viewsIndexUrl,
      );
      return { view, source, index: await source.index(signal) };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: (count, error) => count < RETRIES && asFailure(error).isConnection,
    refetchInterval: ({ state }) => (asFailure(state.error).code === 'conflict' ? NOT_YET_MS : false),
  });

/** Null until the recorder has made it. */
export const factsQuery = (recordingId: RecordingId) =>
  queryOptions({
    queryKey: ['editor-facts', recordingId],
    queryFn: async ({ signal }): Promise<EditorFacts | null> => {
      const { factsUrl } = await callApi('openEditor', { params: { recordingId } }, signal);
      if (factsUrl === null) return null;
      const answer = await fetch(factsUrl, { signal });
      return EditorFacts.safeParse(await answer.json().catch(() => null)).data ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data === null || state.data === undefined ? NOT_YET_MS : false),
  });

export const historyQuery = (recordingId: RecordingId) =>
  queryOptions({
    queryKey: ['editions', recordingId],
    queryFn: ({ signal }) => callApi('listEditions', { params: { recordingId } }, signal),
  });
