import { loadMediaClip, type MediaClip, type VideoClipCodec } from '../support/rtp/media-clip.ts';

const PICTURE = { width: 1_280, height: 720, fps: 30, kilobitsPerSecond: 1_500, keyFrameEverySeconds: 2 } as const;

/** The 720p30 of the budgets. */
export function loadPicture(codec: VideoClipCodec): Promise<MediaClip> {
  return loadMediaClip({ codec, ...PICTURE });
}

export function loadSound(): Promise<MediaClip> {
  return loadMediaClip({ codec: 'opus' });
}
