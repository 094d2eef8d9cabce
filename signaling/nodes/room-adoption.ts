import type { ProducerId } from '../protocol/ids.ts';
import type { RoomDescription } from './sfu-room.ts';

interface WantedLayer {
  readonly producerId: ProducerId;
  readonly layer: number | null;
}

/** What follows for a branch from what it and the home node hold after a time in which they could not be heard. */
export interface AdoptionPlan {
  /** Streams that come from it. */
  readonly origins: ReadonlySet<ProducerId>;
  /** It alone knows of them, or the other end knows them otherwise: they go. */
  readonly strays: readonly ProducerId[];
  /** Pauses that it has missed. */
  readonly pauses: readonly { readonly producerId: ProducerId; readonly paused: boolean }[];
  /** What the receiving ends want, for the sending ends that have not heard it. */
  readonly wantedOfBranch: readonly WantedLayer[];
  readonly wantedOfHome: readonly WantedLayer[];
}

export function planAdoption(home: RoomDescription, branch: RoomDescription): AdoptionPlan {
  const atHome = new Map(home.producers.map((producer) => [producer.producerId, producer]));
  const pairs = branch.producers.flatMap((here) => {
    const there = atHome.get(here.producerId);
    // One end sends, the other receives.
    return there === undefined || (here.piped === null) === (there.piped === null) ? [] : [{ here, there }];
  });
  const paired = new Set(pairs.map(({ here }) => here.producerId));
  const raised = pairs.filter(({ here }) => here.piped === null);
  return {
    origins: new Set(raised.map(({ here }) => here.producerId)),
    strays: branch.producers.map(({ producerId }) => producerId).filter((producerId) => !paired.has(producerId)),
    pauses: pairs
      .filter(({ here, there }) => here.paused !== there.paused)
      .map(({ there: { producerId, paused } }) => ({ producerId, paused })),
    wantedOfBranch: raised.map(({ there }) => wantedAt(there)),
    wantedOfHome: pairs.filter(({ here }) => here.piped !== null).map(({ here }) => wantedAt(here)),
  };
}

const wantedAt = ({ producerId, piped }: RoomDescription['producers'][number]): WantedLayer => ({
  producerId,
  layer: piped?.layer ?? null,
});
