import { createReceiveClock } from './receive-clock.ts';
import { ChunkHeader } from './format.ts';
import { TrackLog } from './track-log.ts';

/** Writes numbered records as fast as a screen share does until it is killed, and says which number is surely with the kernel. */
const FLUSH_MS = 200;
const RECORD_EVERY_MS = 2;
const ROLL_MS = 700;

const [folder = ''] = process.argv.slice(2);
const {
  n: _n,
  wallUnixNs: _wall,
  monotonicNs: _monotonic,
  ...header
} = ChunkHeader.parse({
  recordingId: 'recording-1',
  trackId: 'track-1',
  epoch: 1,
  n: 0,
  kind: 'video',
  source: 'screen',
  seatId: 'seat-1',
  codec: { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 },
  ssrc: 1,
  headerExtensions: {},
  producerId: 'producer-1',
  wallUnixNs: '0',
  monotonicNs: '0',
});
const clock = createReceiveClock();
const log = new TrackLog({ folder, header, clock, onSealed: () => undefined, onFailed: () => process.exit(1) });
let next = 0;
setInterval(() => {
  const record = Buffer.alloc(1_200, next & 0xff);
  record.writeUInt32BE(next);
  log.append('rtp', clock.nowUnixNs(), record);
  next += 1;
}, RECORD_EVERY_MS);
setInterval(() => {
  const flushed = next;
  void log.flush().then(() => process.stdout.write(`${flushed}\n`));
}, FLUSH_MS);
setInterval(() => log.roll(), ROLL_MS);
