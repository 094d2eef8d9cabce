import { queryOptions } from '@tanstack/react-query';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';

export type CaptionList = RouteReply<'listCaptions'>;
export type Captions = RouteReply<'getCaptions'>;

const RECOGNISING_MS = 2_000;

/** `token`: of the link by which somebody without an account watches. */
export const captionListQuery = (recordingId: RecordingId, token: string | null = null) =>
  queryOptions({
    queryKey: ['captions', recordingId],
    queryFn: ({ signal }): Promise<CaptionList> =>
      token === null
        ? callApi('listCaptions', { params: { recordingId } }, signal)
        : callApi('listSharedCaptions', { params: { token } }, signal),
    // What speech recognition makes shows up by itself.
    refetchInterval: ({ state }) =>
      state.data?.recognition?.current.some((one) => one.state !== 'failed') === true ? RECOGNISING_MS : false,
  });

interface Wanted {
  readonly recordingId: RecordingId;
  readonly language: string;
  /** Part of the key, so that a new version is read when the list knows of it. */
  readonly version: number;
  readonly token: string | null;
}

export const captionsQuery = ({ recordingId, language, version, token }: Wanted) =>
  queryOptions({
    queryKey: ['captions', recordingId, language, version],
    queryFn: ({ signal }): Promise<Captions> =>
      token === null
        ? callApi('getCaptions', { params: { recordingId, language }, query: {} }, signal)
        : callApi('getSharedCaptions', { params: { token, language } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The name of a language in a language. */
export function languageName(tag: string, inLanguage: string): string {
  try {
    return new Intl.DisplayNames(inLanguage, { type: 'language', languageDisplay: 'standard' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** What a list calls captions. */
export const captionName = ({ label, language }: { label: string; language: string }, inLanguage: string): string =>
  label === '' ? languageName(language, inLanguage) : label;
