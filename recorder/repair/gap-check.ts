import type { TrackId } from '../../signaling/protocol/ids.ts';
import type { ManifestGap, ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import type { RecordingEvent } from '../contract.ts';
import { pausedSpans, without, type Span } from '../produce/source/presence.ts';
import type { EpochReport } from './epoch-check.ts';
import { error, warning, type Finding } from './finding.ts';
import { isOverlapping, spanText, widened } from './spans.ts';

/** Receive times are capture's own, gaps are on the node's clock: both follow NTP. Two pictures lie nearer together, too. */
const TOLERANCE_US = 250_000;
/** From the last packet of a producer to the event that it is gone, and from the event that it is there to its first packet. */
const EVENT_SLACK_US = 2_000_000;
/** Of a hole within an epoch less than this is the pace of what was sent. */
const LEAST_WITHIN_US = 1_000_000;

/** A gap as the manifest marks it, and whose it is. */
export interface GapFacts extends ManifestGap {
  readonly source: string;
  readonly displayName: string;
}

export interface GapReport {
  readonly gaps: readonly GapFacts[];
  readonly findings: readonly Finding[];
}

export interface TrackReport {
  readonly track: ManifestTrack;
  readonly epochs: readonly EpochReport[];
}

interface Piece extends Span {
  readonly epoch: number;
  readonly producerId: string;
}

interface Hole extends Span {
  readonly before: Piece;
  readonly after: Piece;
}

/**
 * Compares what the manifest marks as missing with what the packet logs have. Capture marks whatever it could not receive of a producer that was there, and begins
 * another epoch behind it; a hole between two epochs that neither a gap marks nor the events explain may still be filled by another machine, once it is back. Within one
 * epoch capture was there all the time: then nothing arrived. Both are worth knowing, and no fault of what was stored.
 */
export function checkGaps(
  manifest: RecordingManifest,
  tracks: readonly TrackReport[],
  events: readonly RecordingEvent[],
): GapReport {
  const gaps = manifest.gaps.toSorted((one, other) => one.fromUs - other.fromUs);
  const findings = gaps.flatMap((gap) => gapFindings(gap, tracks));
  for (const report of tracks) {
    const { trackId } = report.track;
    const marked = gaps.filter((gap) => gap.trackId === trackId);
    findings.push(...holeFindings(report, marked, pausedSpans(trackId, events)));
  }
  const trackOf = (id: TrackId): ManifestTrack | undefined => manifest.tracks.find(({ trackId }) => trackId === id);
  const facts = gaps.map((gap) => {
    const { source = 'unknown', displayName = 'unknown' } = trackOf(gap.trackId) ?? {};
    return { ...gap, source, displayName };
  });
  return { gaps: facts, findings };
}

function gapFindings(gap: ManifestGap, tracks: readonly TrackReport[]): Finding[] {
  const where = `track ${gap.trackId}: ${spanText(gap)} is marked as missing (${gap.cause})`;
  if (gap.toUs <= gap.fromUs) return [error(`${where}, which is no stretch of time`)];
  const report = tracks.find(({ track }) => track.trackId === gap.trackId);
  if (report === undefined) return [error(`${where}, but there is no such track`)];
  const packets = report.epochs.reduce((sum, { packetsIn }) => sum + (packetsIn.get(gap) ?? 0), 0);
  return packets === 0 ? [] : [warning(`${where}, but ${packets} packets of it are there`)];
}

/** What of a marked gap certainly lies within it; undefined when it is too short to tell. */
export function certainPartOf(gap: ManifestGap): Span | undefined {
  const inner = widened(gap, -TOLERANCE_US);
  return inner.toUs > inner.fromUs ? inner : undefined;
}

function holeFindings({ track, epochs }: TrackReport, gaps: readonly Span[], away: readonly Span[]): Finding[] {
  const marked = gaps.map((gap) => widened(gap, TOLERANCE_US));
  const explained = away.map((span) => widened(span, EVENT_SLACK_US));
  return holesOf(track, epochs).flatMap((hole): Finding[] => {
    const { before, after } = hole;
    const isWithin = before.epoch === after.epoch;
    const leastUs = isWithin ? LEAST_WITHIN_US : TOLERANCE_US;
    const left = without([hole], [...marked, ...explained]).filter(({ fromUs, toUs }) => toUs - fromUs > leastUs);
    // Whose line fails is let go of by the room half a minute later: until then the events know nothing.
    const isLineLost = before.producerId !== after.producerId && explained.some((span) => isOverlapping(span, hole));
    const where = isWithin ? `epoch ${before.epoch}` : `between epochs ${before.epoch} and ${after.epoch}`;
    const what = isWithin || isLineLost ? 'nothing arrived' : 'nothing was captured';
    return left.map((span) =>
      warning(`track ${track.trackId}, ${where}: ${what} from ${spanText(span)}, and no gap marks it`),
    );
  });
}

/** Stretches of a track between its first and its last packet without any, whichever capture and epoch they would be of. */
function holesOf(track: ManifestTrack, epochs: readonly EpochReport[]): Hole[] {
  const pieces = epochs.flatMap(({ facts }): Piece[] => {
    const { epoch, received, holes } = facts;
    const { producerId = '' } = track.epochs.find((each) => each.epoch === epoch) ?? {};
    return received === null ? [] : without([received], holes).map((piece) => ({ ...piece, epoch, producerId }));
  });
  pieces.sort((one, other) => one.fromUs - other.fromUs);
  const holes: Hole[] = [];
  let [before] = pieces;
  for (const after of pieces) {
    if (before === undefined) break;
    if (after.fromUs > before.toUs) holes.push({ fromUs: before.toUs, toUs: after.fromUs, before, after });
    if (after.toUs >= before.toUs) before = after;
  }
  return holes;
}
