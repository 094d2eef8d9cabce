import { createHmac, timingSafeEqual } from 'node:crypto';
import { RecordingLinkId, type CoursewareId, type RecordingId } from '../protocol/ids.ts';

/**
 * Media URLs: `/media/{expiry}.{signature}[.{link}]/{recording}/{path}`. One signature covers everything of one recording until the
 * expiry (epoch seconds), so relative URIs in playlists just work and a proxy that knows the secret can verify it. The film as one
 * file asks for the `download` scope, which watches too; `manage` opens all that is stored of it but the packet logs, also what its edition leaves
 * out. What was opened by a link names it: it is asked of the link, again and again,
 * whether it is still good.
 */
export const MEDIA_PREFIX = '/media';

const SCOPES = ['watch', 'download', 'manage'] as const;
export type MediaScope = (typeof SCOPES)[number];

export interface MediaGrant {
  readonly scope: MediaScope;
  /** Or a file of pages, which has nothing but pictures. */
  readonly recording: RecordingId | CoursewareId;
  readonly expiresAtMs: number;
  readonly linkId?: RecordingLinkId | undefined;
}

const SIGNATURE_BYTES = 24;

function signatureOf(secret: string, scope: MediaScope, signed: readonly string[]): Buffer {
  return createHmac('sha256', secret)
    .update(['media', scope, ...signed].join('\n'))
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

export function mediaBaseUrl(secret: string, { scope, recording, expiresAtMs, linkId }: MediaGrant): string {
  const expiry = String(Math.floor(expiresAtMs / 1000));
  const link = linkId === undefined ? [] : [linkId];
  const signature = signatureOf(secret, scope, [recording, expiry, ...link]).toString('base64url');
  return `${MEDIA_PREFIX}/${[expiry, signature, ...link].join('.')}/${recording}`;
}

export type MediaCheck =
  | { readonly is: 'good'; readonly scope: MediaScope; readonly linkId: RecordingLinkId | undefined }
  | { readonly is: 'expired' | 'forged' };

export function checkMediaGrant(secret: string, grant: string, recording: string, nowMs: number): MediaCheck {
  const match = /^(\d{10})\.([\w-]{32})(?:\.([\w-]{1,64}))?$/.exec(grant);
  if (match === null) return { is: 'forged' };
  const [, expiry = '', signature = '', link] = match;
  const given = Buffer.from(signature, 'base64url');
  for (const scope of SCOPES) {
    const expected = signatureOf(secret, scope, [recording, expiry, ...(link === undefined ? [] : [link])]);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) continue;
    if (Number(expiry) * 1000 <= nowMs) return { is: 'expired' };
    return { is: 'good', scope, linkId: link === undefined ? undefined : RecordingLinkId.parse(link) };
  }
  return { is: 'forged' };
}
