import type { InsideState } from '../../../call/room-state.ts';
import { GroupSetup } from './group-setup.tsx';
import { RunningGroups } from './running-groups.tsx';
import { useEverybody } from './use-everybody.ts';

/** Who is in which group: set up before, looked after while they run. */
export default function GroupsTool({ state }: { readonly state: InsideState }) {
  const people = useEverybody(state);
  const { groups } = state;
  return groups === null ? (
    <GroupSetup state={state} people={people} />
  ) : (
    <RunningGroups {...{ state, groups, people }} />
  );
}
