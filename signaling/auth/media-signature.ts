import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordingId } from '../protocol/ids.ts';

/**
 * Media URLs: `/media/{expiry}.{signature}/{recording}/{path}`. One signature covers everything of one recording until the
 * expiry (epoch seconds), so relative URIs in playlists just work and a proxy that knows the secret can verify it. The film as one
 * file asks for the `download` scope, which watches too.
 */
export const MEDIA_PREFIX = '/media';

export type MediaScope = 'watch' | 'download';

const SIGNATURE_BYTES = 24;

function signatureOf(secret: string, scope: MediaScope, recording: string, expirySeconds: number): Buffer {
  return createHmac('sha256', secret)
    .update(`media\n${scope}\n${recording}\n${expirySeconds}`)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

export function mediaBaseUrl(secret: string, scope: MediaScope, recording: RecordingId, expiresAtMs: number): string {
  const expirySeconds = Math.floor(expiresAtMs / 1000);
  const signature = signatureOf(secret, scope, recording, expirySeconds).toString('base64url');
  return `${MEDIA_PREFIX}/${expirySeconds}.${signature}/${recording}`;
}

export type MediaCheck = MediaScope | 'expired' | 'forged';

export function checkMediaGrant(secret: string, grant: string, recording: string, nowMs: number): MediaCheck {
  const match = /^(\d{10})\.([\w-]{32})$/.exec(grant);
  if (match === null) return 'forged';
  const expirySeconds = Number(match[1]);
  const given = Buffer.from(match[2] ?? '', 'base64url');
  for (const scope of ['watch', 'download'] as const) {
    const expected = signatureOf(secret, scope, recording, expirySeconds);
    if (given.length === expected.length && timingSafeEqual(given, expected)) {
      return expirySeconds * 1000 <= nowMs ? 'expired' : scope;
    }
  }
  return 'forged';
}
