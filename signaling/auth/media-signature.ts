import { createHmac, timingSafeEqual } from 'node:crypto';
import { PersonId, RecordingId, RecordingLinkId, type CoursewareId } from '../protocol/ids.ts';

/**
 * Media URLs: `/media/{expiry}.{signature}.{viewer}/{recording}/{path}`. One signature covers everything of one recording until the
 * expiry (epoch seconds), so relative URIs in playlists just work and a proxy that knows the secret can verify it. The film as one
 * file asks for the `download` scope, which watches too; `manage` opens all that is stored of it but the packet logs, also what its edition leaves
 * out. `viewer` says who it was signed for, since it is asked again and again whether they may still watch: `{link}`, or `{person}.{recording}` with the
 * recording whose visibility counts (of a copy the media are its origin's).
 */
export const MEDIA_PREFIX = '/media';

const SCOPES = ['watch', 'download', 'manage'] as const;
export type MediaScope = (typeof SCOPES)[number];

export type MediaViewer =
  | { readonly kind: 'link'; readonly linkId: RecordingLinkId }
  | { readonly kind: 'person'; readonly personId: PersonId; readonly recordingId: RecordingId };

export interface MediaGrant {
  readonly scope: MediaScope;
  /** Or a file of pages, which has nothing but pictures. */
  readonly recording: RecordingId | CoursewareId;
  readonly expiresAtMs: number;
  /** Absent: whoever has the address. */
  readonly viewer?: MediaViewer;
}

const SIGNATURE_BYTES = 24;

function signatureOf(secret: string, scope: MediaScope, signed: readonly string[]): Buffer {
  return createHmac('sha256', secret)
    .update(['media', scope, ...signed].join('\n'))
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

function partsOf(viewer: MediaViewer | undefined): readonly string[] {
  if (viewer === undefined) return [];
  return viewer.kind === 'link' ? [viewer.linkId] : [viewer.personId, viewer.recordingId];
}

function viewerOf([id, recordingId]: readonly string[]): MediaViewer | undefined {
  if (id === undefined) return undefined;
  if (recordingId === undefined) return { kind: 'link', linkId: RecordingLinkId.parse(id) };
  return { kind: 'person', personId: PersonId.parse(id), recordingId: RecordingId.parse(recordingId) };
}

export function mediaBaseUrl(secret: string, { scope, recording, expiresAtMs, viewer }: MediaGrant): string {
  const expiry = String(Math.floor(expiresAtMs / 1000));
  const parts = partsOf(viewer);
  const signature = signatureOf(secret, scope, [recording, expiry, ...parts]).toString('base64url');
  return `${MEDIA_PREFIX}/${[expiry, signature, ...parts].join('.')}/${recording}`;
}

export type MediaCheck =
  | { readonly is: 'good'; readonly scope: MediaScope; readonly viewer: MediaViewer | undefined }
  | { readonly is: 'expired' | 'forged' };

export function checkMediaGrant(secret: string, grant: string, recording: string, nowMs: number): MediaCheck {
  const match = /^(\d{10})\.([\w-]{32})((?:\.[\w-]{1,64}){0,2})$/.exec(grant);
  if (match === null) return { is: 'forged' };
  const [, expiry = '', signature = '', named = ''] = match;
  const parts = named.split('.').slice(1);
  const given = Buffer.from(signature, 'base64url');
  for (const scope of SCOPES) {
    const expected = signatureOf(secret, scope, [recording, expiry, ...parts]);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) continue;
    if (Number(expiry) * 1000 <= nowMs) return { is: 'expired' };
    return { is: 'good', scope, viewer: viewerOf(parts) };
  }
  return { is: 'forged' };
}
