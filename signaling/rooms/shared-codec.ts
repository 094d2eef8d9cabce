import type { RtpCapabilities } from 'mediasoup/types';
import type { VideoCodec } from '../protocol/media.ts';

const MIME_OF: Readonly<Record<VideoCodec, string>> = { h264: 'video/h264', vp8: 'video/vp8' };

/**
 * In which codec the pictures of a room are sent (SPEC M13). It changes once and never back: a lesson in which it followed those who come
 * and go would make everybody's picture blink each time.
 */
export class SharedCodec {
  readonly #onChanged: (codec: VideoCodec) => void;
  #codec: VideoCodec = 'h264';

  constructor(onChanged: (codec: VideoCodec) => void) {
    this.#onChanged = onChanged;
  }

  get codec(): VideoCodec {
    return this.#codec;
  }

  /** As it was with the process before: a page that sends VP8 goes on. */
  restore(codec: VideoCodec): void {
    this.#codec = codec;
  }

  /** Somebody is to receive pictures with this. */
  mustReach(capabilities: RtpCapabilities): void {
    if (this.#codec === 'vp8' || receives(capabilities, 'h264') || !receives(capabilities, 'vp8')) return;
    this.#codec = 'vp8';
    this.#onChanged('vp8');
  }
}

function receives({ codecs }: RtpCapabilities, codec: VideoCodec): boolean {
  return Array.isArray(codecs) && codecs.some((one: unknown) => mimeTypeOf(one) === MIME_OF[codec]);
}

/** Pages are believed in nothing: the list has been looked at by nobody yet. */
function mimeTypeOf(codec: unknown): string | null {
  const isObject = typeof codec === 'object' && codec !== null;
  return isObject && 'mimeType' in codec && typeof codec.mimeType === 'string' ? codec.mimeType.toLowerCase() : null;
}
