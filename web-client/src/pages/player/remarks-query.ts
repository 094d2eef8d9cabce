import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { RouteInput, RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';

export type Remarks = RouteReply<'listRemarks'>;
export type NewRemark = RouteInput<'createRemark'>['body'];

/** An answer to a question is awaited, not lived on. */
const REFRESH_MS = 30_000;

export const remarksQuery = (recordingId: RecordingId) =>
  queryOptions({
    queryKey: ['remarks', recordingId],
    queryFn: ({ signal }) => callApi('listRemarks', { params: { recordingId } }, signal),
    refetchInterval: REFRESH_MS,
  });

/** Everything that changes remarks; the list is read again after each. */
export function useRemarkOrders(recordingId: RecordingId) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ['remarks', recordingId] });
  const create = useMutation({
    mutationFn: (body: NewRemark) => callApi('createRemark', { params: { recordingId }, body }),
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
