import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { RouteInput, RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import type { Played } from './playback-query.ts';

export type Remarks = RouteReply<'listRemarks'>;
export type NewRemark = RouteInput<'createRemark'>['body'];

/** An answer to a question is awaited, not lived on. */
const REFRESH_MS = 30_000;

/** On the time line of what is played. */
export const remarksQuery = ({ recordingId, timeline }: Played) =>
  queryOptions({
    queryKey: ['remarks', recordingId, timeline],
    queryFn: ({ signal }) => callApi('listRemarks', { params: { recordingId }, query: { timeline } }, signal),
    refetchInterval: REFRESH_MS,
  });

/** Everything that changes remarks; the list is read again after each. */
export function useRemarkOrders({ recordingId, timeline }: Played) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ['remarks', recordingId] });
  const create = useMutation({
    mutationFn: (body: NewRemark) => callApi('createRemark', { params: { recordingId }, body: { ...body, timeline } }),
    onSettled,
  });
  const reword = useMutation({
    mutationFn: ({ remarkId, text }: { readonly remarkId: string; readonly text: string }) =>
      callApi('changeRemark', { params: { recordingId, remarkId }, body: { text } }),
    onSettled,
  });
  const answer = useMutation({
    mutationFn: ({ remarkId, text }: { readonly remarkId: string; readonly text: string }) =>
      callApi('answerQuestion', { params: { recordingId, remarkId }, body: { text } }),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (remarkId: string) => callApi('deleteRemark', { params: { recordingId, remarkId } }),
    onSettled,
  });
  return { create, reword, answer, remove };
}
