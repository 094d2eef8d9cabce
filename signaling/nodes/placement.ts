export interface PlacementCandidate {
  readonly region: string;
  /** 0 idle … 1 full. */
  readonly load: number;
}

/** A node this full takes rooms of its region only when every other one is as full. */
const NEARLY_FULL = 0.9;

/** The least loaded node of the region; nodes elsewhere only when the region has none that is not nearly full. */
export function choosePlace<N extends PlacementCandidate>(nodes: readonly N[], region: string | null): N | null {
  const byLoad = [...nodes].sort((a, b) => a.load - b.load);
  const near = byLoad.find((node) => region !== null && node.region === region && node.load < NEARLY_FULL);
  return near ?? byLoad[0] ?? null;
}
