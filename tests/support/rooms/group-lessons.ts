import { RequestId, type ProducerId } from '../../../signaling/protocol/ids.ts';
import { settle } from './manual-clock.ts';
import { idOf, RulesStand, type RulesStandOptions, type TestPeer } from './rules-stand.ts';

/** How the groups begin. */
interface Order {
  readonly count?: number;
  readonly members?: readonly (readonly [TestPeer, number])[];
  readonly placesRest?: boolean;
  readonly durationMs?: number | null;
  readonly requestId?: string;
}

export function openGroups(stand: RulesStand, { count = 2, members = [], ...order }: Order = {}): void {
  stand.room.parts.groups.open({
    requestId: RequestId.parse(order.requestId ?? 'open-1'),
    count,
    members: members.map(([peer, group]) => ({ seatId: idOf(peer), group })),
    placesRest: order.placesRest ?? false,
    durationMs: order.durationMs ?? null,
  });
}

/** A lesson with a teacher and pupils, who can all receive. */
export async function lessonOf(names: readonly string[], options: RulesStandOptions = {}) {
  const stand = new RulesStand(options);
  const teacher = await stand.join('lecturer', '王老师');
  const pupils: TestPeer[] = [];
  for (const name of names) pupils.push(await stand.join('pupil', name));
  return { stand, teacher, pupils };
}

/** As a page that learns that it may send. */
export async function speak(stand: RulesStand, peer: TestPeer): Promise<ProducerId> {
  await stand.room.seatOrders.createTransports(stand.seat(peer), { rtpCapabilities: {}, sendOnly: true });
  const producerId = await stand.produce(peer, 'microphone');
  await settle();
  return producerId;
}
