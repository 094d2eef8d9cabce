import { Readable } from 'node:stream';

export interface Opened {
  /** As many as were asked for, or all there are. */
  readonly first: Buffer;
  /** Everything, the first bytes included. */
  readonly whole: Readable;
}

/** Looks at how a stream begins without taking it away from who reads it. */
export async function openStream(body: AsyncIterable<Buffer>, wantedBytes: number): Promise<Opened> {
  const parts = body[Symbol.asyncIterator]();
  const waiting: Buffer[] = [];
  let bytes = 0;
  const rest = async (): Promise<Buffer | null> => {
    const { done, value } = await parts.next();
    return done === true ? null : value;
  };
  while (bytes < wantedBytes) {
    const part = await rest();
    if (part === null) break;
    waiting.push(part);
    bytes += part.length;
  }
  const begun = Buffer.concat(waiting);
  async function* all(): AsyncGenerator<Buffer> {
    if (begun.length > 0) yield begun;
    for (let part = await rest(); part !== null; part = await rest()) yield part;
  }
  return { first: begun.subarray(0, wantedBytes), whole: Readable.from(all(), { objectMode: false }) };
}
