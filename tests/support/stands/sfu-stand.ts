import { randomUUID } from 'node:crypto';
import type { InnerParsedParams } from '../../../signaling/runtime/inner-contract.ts';
import { Fence, ProducerId, RecordingId, RoomId, SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import type { Source } from '../../../signaling/protocol/media.ts';
import { InnerClient } from '../../../signaling/runtime/inner-client.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { sfuContract } from '../../../sfu/contract.ts';
import { SfuNode, type SfuNodeOptions } from '../../../sfu/sfu-node.ts';
import { createRtpSource, type RtpSource, type RtpSourceOptions } from '../rtp/rtp-source.ts';

export type SfuClient = InnerClient<typeof sfuContract>;

export const newRoomId = (): RoomId => RoomId.parse(randomUUID());
export const newSeatId = (): SeatId => SeatId.parse(randomUUID());
export const newProducerId = (): ProducerId => ProducerId.parse(randomUUID());
export const newRecordingId = (): RecordingId => RecordingId.parse(randomUUID());
export const newTrackId = (): TrackId => TrackId.parse(randomUUID());
export const fenceOf = (n: number): Fence => Fence.parse(n);

const log = createLog('sfu-stand', process.env['TONGKE_TEST_LOG'] === '1' ? 'debug' : 'silent');

/** A real sfu node with real workers in this process, on free ports. */
export class SfuStand {
  readonly node: SfuNode;
  readonly secret: string;
  readonly #clients: SfuClient[] = [];
  readonly #sources: RtpSource[] = [];

  static async create(options: Partial<SfuNodeOptions> = {}): Promise<SfuStand> {
    const secret = options.secret ?? randomUUID();
    const node = await SfuNode.create({
      host: '127.0.0.1',
      port: 0,
      secret,
      log,
      workers: 2,
      rtcPort: 0,
      announced: ['127.0.0.1'],
      checksOutput: true,
      ...options,
    });
    return new SfuStand(node, secret);
  }

  private constructor(node: SfuNode, secret: string) {
    this.node = node;
    this.secret = secret;
  }

  /** A connection of its own, as signaling or capture would have. */
  async connect(clientName = 'test'): Promise<SfuClient> {
    const client: SfuClient = new InnerClient({
      contract: sfuContract,
      url: this.node.url,
      secret: this.secret,
      log,
      clientName,
    });
    this.#clients.push(client);
    await client.opened();
    return client;
  }

  /** A figure of its `/metrics`. */
  async figure(name: string): Promise<number> {
    const text = await (await fetch(`${this.node.url}/metrics`)).text();
    const value = new RegExp(`^tongke_sfu_${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`no figure ${name}`);
    return Number(value);
  }

  /** A seat's stream from a synthetic device, already sending. */
  async ingest(client: SfuClient, place: IngestPlace, options: RtpSourceOptions): Promise<RtpSource> {
    const source = createRtpSource(options);
    this.#sources.push(source);
    const target = await client.call('openIngest', {
      ...place,
      kind: options.clip.kind,
      rtpParameters: source.rtpParameters,
    });
    await source.start(target);
    return source;
  }

  async close(): Promise<void> {
    for (const source of this.#sources) {
      source.stop();
    }
    for (const client of this.#clients) {
      client.close();
    }
    await this.node.close();
  }
}

export type IngestPlace = Pick<
  InnerParsedParams<typeof sfuContract, 'openIngest'>,
  'roomId' | 'fence' | 'seatId' | 'producerId'
> & { readonly source: Source };
