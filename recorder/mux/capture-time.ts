import { readHeaderExtensions, type HeaderExtensionBlock } from './rtp-packet.ts';
import { readNtpUnixUs } from './rtcp.ts';

/** When what a packet holds was captured: https://webrtc.googlesource.com/src/+/refs/heads/main/docs/native-code/rtp-hdrext/abs-capture-time */
export const ABS_CAPTURE_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

const TIMESTAMP_BYTES = 8;

/** Microseconds since 1970 on the clock of whoever captured it; undefined when the packet does not tell. */
export function readCaptureTime(extensions: HeaderExtensionBlock, id: number): number | undefined {
  const element = readHeaderExtensions(extensions).get(id);
  if (element === undefined || element.length < TIMESTAMP_BYTES) return undefined;
  return readNtpUnixUs(element, 0);
}
