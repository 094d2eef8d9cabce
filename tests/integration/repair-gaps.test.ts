import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingEvent } from '../../recorder/contract.ts';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { verifyText } from '../../recorder/repair/texts.ts';
import { verifyRecording } from '../../recorder/repair/verify.ts';
import { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ManifestGap } from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { rtpTimeline } from '../support/rtp/rtp-timeline.ts';

const STARTED = 1_790_000_000_000_000;
const log = createLog('repair-gaps-test', 'silent');

let store: DirectoryObjectStore;
let picture: MediaClip;
let sound: MediaClip;

beforeAll(async () => {
  picture = await loadMediaClip({ codec: 'H264', width: 160, height: 96, fps: 15, kilobitsPerSecond: 100 });
  sound = await loadMediaClip({ codec: 'opus' });
});
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-gaps-'));
  store = await DirectoryObjectStore.create(folder);
  return () => rm(folder, { recursive: true, force: true });
});

interface Stay {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A microphone whose capture died and began a second epoch, and a camera that was captured by somebody all the time. */
function recordTwice(objects: ObjectStore, [first, second]: readonly [Stay, Stay]): LoggedRecording {
  const made = new LoggedRecording(objects, STARTED);
  const add = (track: string, own: MediaClip, epoch: number, { fromUs, toUs }: Stay, blackoutsUs: Stay[] = []) => {
    const [ssrc, payloadType] = [10 + epoch, PAYLOAD_TYPES[own.codec]];
    const network = { seed: 1, blackoutsUs };
    const span = { startUnixUs: STARTED + fromUs, durationUs: toUs - fromUs };
    const packets = rtpTimeline({ clip: own, ssrc, payloadType, cname: 'test', network, ...span });
    const source = own.kind === 'audio' ? ('microphone' as const) : ('camera' as const);
    made.add({ track, epoch, seat: 'lecturer', source, codec: own.codec, ssrc, packets });
  };
  add('mic', sound, 1, first);
  add('mic', sound, 2, second);
  // Within its only epoch nothing arrives for 2 s, though it was sent.
  add('cam', picture, 1, { fromUs: 0, toUs: second.toUs }, [{ fromUs: 3_000_000, toUs: 5_000_000 }]);
  return made;
}

describe('verify of a recording in two epochs', () => {
  const STAYS = [
    { fromUs: 0, toUs: 6_000_000 },
    { fromUs: 9_000_000, toUs: 15_000_000 },
  ] as const;
  const mic = TrackId.parse('mic');
  const verified = async (gaps: ManifestGap[], events: RecordingEvent[] = []) => {
    const made = recordTwice(store, STAYS);
    if (events.length > 0) await made.addEvents(events);
    await made.storeUntil(undefined, { endedAtUs: 15_000_000 });
    await new ManifestStore(store).update(made.recordingId, (stored) => stored && { ...stored, gaps });
    const muxer = createMuxer({ store, log });
    await muxer.step(made.recordingId, { final: true });
    await muxer.close();
    const report = await verifyRecording(store, made.recordingId);
    const of = (level: string) => report.findings.filter((each) => each.level === level).map(({ message }) => message);
    return { report, errors: of('error'), warnings: of('warning').filter((each) => !each.includes('(%)')) };
  };

  it('lists the gap that the manifest marks, and has nothing against it', async () => {
    const gap = { trackId: mic, fromUs: 5_980_000, toUs: 9_000_000, cause: 'captureDown' } as const;
    const { report, errors, warnings } = await verified([gap]);
    expect(errors).toEqual([]);
    expect(report.gaps).toEqual([{ ...gap, source: 'microphone', displayName: 'lecturer' }]);
    expect(verifyText(report)).toContain(
      'missing 00:00:05 to 00:00:09 (3.0 s), captureDown: microphone of lecturer (mic)',
    );
    expect(warnings.filter((each) => each.includes('no gap marks it'))).toEqual([
      expect.stringMatching(/^track cam, epoch 1: nothing arrived from 00:00:0[23] to 00:00:05 \(2\.[01] s\)/),
    ]);
  });

  it('names a hole between the epochs that no gap marks, also when one marks a part of it', async () => {
    const unmarked = async (gaps: Parameters<typeof verified>[0]): Promise<string[]> =>
      (await verified(gaps)).warnings.filter((each) => each.includes('between epochs'));
    expect(await unmarked([])).toEqual([
      expect.stringMatching(/^track mic, between epochs 1 and 2: nothing was captured from .* \(3\.0 s\)/),
    ]);
    const part = { trackId: mic, fromUs: 5_980_000, toUs: 7_000_000, cause: 'captureDown' } as const;
    expect(await unmarked([part])).toEqual([
      expect.stringMatching(/^track mic, between epochs 1 and 2: .* from 00:00:07 to 00:00:0[89] \(1\.[78] s\)/),
    ]);
  });

  it('has nothing against a hole in which the microphone was closed, as the events tell', async () => {
    const facts = { seatId: SeatId.parse('seat-lecturer'), source: 'microphone', kind: 'audio' } as const;
    const { errors } = await verified(
      [],
      [
        { n: 0, atUs: 6_100_000, type: 'producerClosed', data: { trackId: mic } },
        { n: 1, atUs: 8_900_000, type: 'producerAdded', data: { trackId: mic, ...facts } },
      ],
    );
    expect(errors).toEqual([]);
  });

  it('notes a gap in which nothing is missing, and refuses one of nobody', async () => {
    const cause = 'mediaLost' as const;
    const marked = { trackId: mic, fromUs: 5_980_000, toUs: 9_000_000, cause };
    const { errors, warnings } = await verified([
      marked,
      { trackId: mic, fromUs: 10_000_000, toUs: 12_000_000, cause },
      { trackId: TrackId.parse('nobody'), fromUs: 1, toUs: 2_000_000, cause },
    ]);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^track mic: 00:00:10 to 00:00:12 \(2\.0 s\) is marked as missing .* but \d\d packets/),
    );
    expect(errors).toEqual([expect.stringContaining('there is no such track')]);
  });

  it('names event files that the manifest has not, but none that another capture never wrote', async () => {
    const made = recordTwice(store, STAYS);
    const marker = (n: number): RecordingEvent => ({ n, atUs: n * 1e6, type: 'marker', data: { title: `${n}` } });
    for (const n of [0, 1, 2, 3]) await made.addEvents([marker(n)]);
    await made.storeUntil(undefined, { endedAtUs: 15_000_000 });
    const errorsWith = async (keeps: (n: number) => boolean, numberOf = (n: number) => n): Promise<string[]> => {
      await new ManifestStore(store).update(made.recordingId, (stored) => {
        if (stored === undefined) return undefined;
        const chunks = stored.events.chunks
          .filter(({ n }) => keeps(n))
          .map((each) => ({ ...each, n: numberOf(each.n) }));
        return { ...stored, events: { chunks } };
      });
      const { findings } = await verifyRecording(store, made.recordingId);
      return findings.filter(({ level }) => level === 'error').map(({ message }) => message);
    };
    const events = (all: string[]): string[] => all.filter((each) => each.includes('event'));
    expect(events(await errorsWith(() => true))).toEqual([]);
    expect(
      events(
        await errorsWith(
          () => true,
          (n) => (n === 3 ? 103 : n),
        ),
      ),
    ).toEqual([]);
    expect(events(await errorsWith((n) => n !== 2))).toEqual(['event 2 is missing, behind event file 1']);
    expect(
      events(
        await errorsWith(
          () => true,
          (n) => (n === 103 ? 3 : n),
        ),
      ),
    ).toEqual(['event 2 is missing, behind event file 1', 'event file 2 is missing in the manifest']);
  });
});
