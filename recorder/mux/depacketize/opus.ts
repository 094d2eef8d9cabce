/** Opus runs on this clock whatever it codes (RFC 7587 §4.1). */
export const OPUS_CLOCK_RATE = 48_000;
const MAX_PACKET_SAMPLES = 5760;

/** Frame sizes in samples at 48 kHz by the 5-bit configuration number (RFC 6716 §3.1, table 2). */
function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1920, 2880][configuration % 4] ?? 960;
  if (configuration < 16) return configuration % 2 === 0 ? 480 : 960;
  return [120, 240, 480, 960][configuration % 4] ?? 960;
}

/** Duration of an Opus packet in samples at 48 kHz; undefined when it is none (at most 120 ms). */
export function opusSamples(packet: Buffer): number | undefined {
  const toc = packet[0];
  if (toc === undefined) return undefined;
  const code = toc & 3;
  const counted = packet[1];
  if (code === 3 && counted === undefined) return undefined;
  const frames = code === 0 ? 1 : code === 3 ? (counted ?? 0) & 0x3f : 2;
  const samples = frames * frameSamples(toc >> 3);
  return samples === 0 || samples > MAX_PACKET_SAMPLES ? undefined : samples;
}
