import { Agent } from 'node:http';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import type { UploadSummary } from '../../../signaling/protocol/rest/uploads.ts';
import type { RestClient } from './rest-client.ts';

export interface SendOptions {
  /** Breaks off, as a lost line does, once so much has been sent. */
  readonly stopAfterBytes?: number;
}

/** Sends a file by tus as the page does, from wherever the server says it got to; answers how far it got. */
export function sendByTus(
  base: string,
  client: RestClient,
  upload: UploadSummary,
  body: Buffer,
  options: SendOptions = {},
): Promise<number> {
  const { stopAfterBytes } = options;
  return new Promise((resolve, reject) => {
    let sentBytes = 0;
    const sending = new Upload(body, {
      uploadUrl: `${base}${upload.dataPath}`,
      chunkSize: stopAfterBytes ?? Infinity,
      retryDelays: null,
      httpStack: new DefaultHttpStack({ agent: new Agent({ keepAlive: false }) }),
      headers: { cookie: client.cookieHeader },
      onChunkComplete: (_size, accepted) => {
        sentBytes = accepted;
        if (stopAfterBytes !== undefined) void sending.abort().then(() => resolve(sentBytes), reject);
      },
      onSuccess: () => resolve(body.length),
      onError: reject,
    });
    sending.start();
  });
}
