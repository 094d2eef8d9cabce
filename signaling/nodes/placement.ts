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

/** One on the same host first: what goes between the two then never crosses a network. */
export function chooseBeside<N extends PlacementCandidate & { readonly url: string }>(
  nodes: readonly N[],
  place: { readonly url: string; readonly region: string | null } | null,
): N | null {
  const host = place === null ? null : new URL(place.url).hostname;
  const beside = nodes.filter(({ url, load }) => new URL(url).hostname === host && load < NEARLY_FULL);
  return choosePlace(beside.length > 0 ? beside : nodes, place?.region ?? null);
}
