import { readHeaderExtensions, type HeaderExtensionBlock } from './rtp-packet.ts';
import { readNtpUnixUs } from './rtcp.ts';

const TIMESTAMP_BYTES = 8;

/** What `abs-capture-time` tells, microseconds since 1970 on the clock of whoever captured it; undefined when the packet does not tell. */
export function readCaptureTime(extensions: HeaderExtensionBlock, id: number): number | undefined {
  const element = readHeaderExtensions(extensions).get(id);
  if (element === undefined || element.length < TIMESTAMP_BYTES) return undefined;
  return readNtpUnixUs(element, 0);
}
