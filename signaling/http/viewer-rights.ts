import type { Stores } from '../../storage/ports.ts';
import type { LinkGate } from '../recordings/link-gate.ts';
import { ViewerGate, type ViewerGateOptions } from '../recordings/viewer-gate.ts';
import type { MediaRouteOptions } from './media.ts';
import { manages } from './recording-view.ts';
import { audienceOf } from './routes/lessons.ts';

/** What a person may do with a recording, asked anew. */
function viewerRights({
  directory,
  recordings,
}: Pick<Stores, 'directory' | 'recordings'>): ViewerGateOptions['rightsOf'] {
  return async (recording, personId) => {
    const person = await directory.person(personId);
    const watches =
      person?.isActive === true && (await recordings.isVisible(recording.recordingId, audienceOf(person)));
    return { watches, manages: watches && manages(person, recording) };
  };
}

interface DoorOptions {
  readonly stores: Pick<Stores, 'directory' | 'recordings'>;
  readonly linkGate: LinkGate;
  readonly nowMs: () => number;
}

/** Whether whom a media address was signed for may still use it. */
export function mediaDoor({ stores, linkGate, nowMs }: DoorOptions): NonNullable<MediaRouteOptions['mayOpen']> {
  const gate = new ViewerGate({ recordings: stores.recordings, rightsOf: viewerRights(stores), nowMs });
  return (viewer, isManaged) =>
    viewer.kind === 'link'
      ? linkGate.isOpen(viewer.linkId)
      : gate.permits(viewer.recordingId, viewer.personId, isManaged ? 'manages' : 'watches');
}
