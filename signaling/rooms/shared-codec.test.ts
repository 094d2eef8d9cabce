import type { RtpCapabilities } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { SharedCodec } from './shared-codec.ts';

const withCodecs = (...mimeTypes: string[]): RtpCapabilities => ({
  codecs: mimeTypes.map((mimeType, index) => ({
    ...{ kind: 'video', mimeType, clockRate: 90_000, preferredPayloadType: 96 + index },
  })) as NonNullable<RtpCapabilities['codecs']>,
});

describe('the codec of a room (M13)', () => {
  it('changes once, when somebody has to be reached who cannot receive H264, and never back', () => {
    const changes: string[] = [];
    const shared = new SharedCodec((codec) => changes.push(codec));
    shared.mustReach(withCodecs('video/H264', 'video/VP8'));
    expect(shared.codec).toBe('h264');
    shared.mustReach(withCodecs('video/VP8', 'video/VP9'));
    shared.mustReach(withCodecs('video/VP8'));
    shared.mustReach(withCodecs('video/H264'));
    expect(shared.codec).toBe('vp8');
    expect(changes).toEqual(['vp8']);
  });

  it('stays what it was after a take-over (M13, T1)', async () => {
    const stand = new RulesStand();
    const pupil = await stand.join('pupil', '小明');
    stand.room.parts.media.videoCodec.mustReach(withCodecs('video/VP8'));
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    expect(after.room.parts.media.videoCodec.codec).toBe('vp8');
    expect(pupil.closedFor).toBeNull();
  });

  it('is left alone by lists that say nothing, or nonsense', () => {
    const shared = new SharedCodec(() => undefined);
    const nonsense = [{}, { codecs: [] }, { codecs: [null] }, { codecs: 'video/VP8' }, { codecs: [{}] }];
    for (const capabilities of [...nonsense, withCodecs('audio/opus')])
      shared.mustReach(capabilities as RtpCapabilities);
    expect(shared.codec).toBe('h264');
  });
});
