import type { InnerNotice, InnerNoticeName } from '../../signaling/runtime/inner-contract.ts';
import type { sfuContract } from '../contract.ts';

export type SfuNoticeName = InnerNoticeName<typeof sfuContract>;
export type SfuNotice<N extends SfuNoticeName> = InnerNotice<typeof sfuContract, N>;

/** Tells those who order for a room what happened in it. */
export type NotifyRoom = <N extends SfuNoticeName>(name: N, data: SfuNotice<N>) => void;
