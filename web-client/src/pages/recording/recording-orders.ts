import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';

/** Tells every page that shows the recording what has become of it. */
export function useRecordingChanged(recordingId: RecordingId): (changed?: RecordingSummary) => void {
  const client = useQueryClient();
  return (changed) => {
    if (changed !== undefined) client.setQueryData(['recording', recordingId], changed);
    void client.invalidateQueries({ queryKey: ['recording', recordingId] });
    void client.invalidateQueries({ queryKey: ['recordings'] });
    void client.invalidateQueries({ queryKey: ['library-filters'] });
    void client.invalidateQueries({ queryKey: ['home'] });
  };
}

/** Draft and published, in one click each. */
export function usePublication(recordingId: RecordingId) {
  const changed = useRecordingChanged(recordingId);
  return useMutation({
    mutationFn: (name: 'publishRecording' | 'unpublishRecording') => callApi(name, { params: { recordingId } }),
    onSettled: (summary) => changed(summary),
  });
}
