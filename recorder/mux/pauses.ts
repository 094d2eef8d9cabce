import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { RecordingEvent } from '../contract.ts';
import type { LeftOutRange, MuxState } from './mux-state.ts';
import { OPEN_END_US, withheldAfter, type WithheldSpan } from './withheld.ts';

type PauseState = Pick<MuxState, 'leftOut' | 'withheld' | 'nextEvents' | 'eventChunks'>;

/** Reads the events that are new and answers the pauses of the recording, and when which track was not for it. */
export async function readPauses(
  objects: ObjectStore,
  manifest: RecordingManifest,
  state: PauseState,
): Promise<PauseState> {
  const chunks = manifest.events.chunks.toSorted((one, other) => one.n - other.n);
  const earlier = chunks.filter(({ n }) => n < state.nextEvents).length;
  // A capture that lost the recording may bring its events when later ones have been read: then all are read again, in order.
  const isKnown = earlier === (state.eventChunks ?? earlier) && state.withheld !== undefined;
  let nextEvents = isKnown ? state.nextEvents : 0;
  let leftOut = isKnown ? [...state.leftOut] : [];
  let withheld: readonly WithheldSpan[] = isKnown ? (state.withheld ?? []) : [];
  for (const chunk of chunks) {
    if (chunk.n < nextEvents) continue;
    const { body } = await objects.getBuffer(chunk.key);
    for (const event of parseEvents(body.toString('utf8'))) {
      leftOut = withEvent(leftOut, event);
      withheld = withheldAfter(withheld, event);
    }
    nextEvents = chunk.n + 1;
  }
  return { leftOut, withheld: [...withheld], nextEvents, eventChunks: chunks.length };
}

function withEvent(leftOut: LeftOutRange[], event: RecordingEvent): LeftOutRange[] {
  const last = leftOut.at(-1);
  const open = last?.toUs === OPEN_END_US ? last : undefined;
  if (event.type === 'paused' && open === undefined) return [...leftOut, { fromUs: event.atUs, toUs: OPEN_END_US }];
  if (event.type !== 'resumed' || open === undefined) return leftOut;
  return [...leftOut.slice(0, -1), { fromUs: open.fromUs, toUs: Math.max(open.fromUs, event.atUs) }];
}

/** A line that is torn or not known is passed over: later ones stand for themselves. */
function parseEvents(text: string): RecordingEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      return RecordingEvent.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}
