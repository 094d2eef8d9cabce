import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DtlsParameters as Dtls } from 'mediasoup/types';
import * as z from 'zod';
import { DtlsParameters, type ConsumerOffer } from '../../sfu/contract.ts';
import type { TransportOffer } from '../../signaling/protocol/media.ts';
import type { BenchStage } from './bench-stage.ts';

const Received = z.object({
  receiver: z.string(),
  /** Of how many of its consumers anything has come. */
  streams: z.int(),
  packets: z.int(),
  bytes: z.int(),
  /** Sequence numbers that did not come in their turn. */
  lost: z.int(),
});
export type Received = z.infer<typeof Received>;

/** What it answers, a line each. */
const Answer = z.union([
  z.object({ receiver: z.string(), dtlsParameters: DtlsParameters }),
  z.object({ receiver: z.string(), failed: z.string() }),
  z.object({ count: z.int(), receivers: z.array(Received) }),
]);
type Answer = z.infer<typeof Answer>;

/** The one process in which all receivers are (`tests/bench/receivers`). */
export class ReceiversProgram {
  readonly pid: number;
  readonly #write: (order: object) => void;
  readonly #opening = new Map<string, PromiseWithResolvers<Dtls>>();
  readonly #counting = new Map<number, PromiseWithResolvers<Received[]>>();
  #counts = 0;
  /** Why one of them, or all, are gone. */
  #failure: string | undefined;

  constructor(stage: BenchStage) {
    const program = process.env['TONGKE_RECEIVERS_BIN'] ?? '';
    if (!existsSync(program)) throw new Error('the receivers are not there: run `npm run bench -- fanout`');
    const child = stage.keep(spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] }), (opened) => opened.stdin.end());
    this.pid = child.pid ?? 0;
    this.#write = (order) => void child.stdin.write(`${JSON.stringify(order)}\n`);
    createInterface(child.stdout).on('line', (line) => this.#take(Answer.parse(JSON.parse(line))));
    child.on('exit', () => this.#fail('the process of the receivers is gone'));
    child.on('error', (error) => this.#fail(String(error)));
    child.stdin.on('error', () => undefined);
  }

  async open(receiver: string, transport: TransportOffer, consumers: readonly ConsumerOffer[]): Promise<Dtls> {
    if (this.#failure !== undefined) throw new Error(this.#failure);
    const opening = Promise.withResolvers<Dtls>();
    this.#opening.set(receiver, opening);
    this.#write({ receiver, transport, consumers });
    return opening.promise;
  }

  /** @throws when one has lost its line */
  async count(): Promise<Received[]> {
    if (this.#failure !== undefined) throw new Error(this.#failure);
    const counting = Promise.withResolvers<Received[]>();
    this.#counts += 1;
    this.#counting.set(this.#counts, counting);
    this.#write({ count: this.#counts });
    return counting.promise;
  }

  #take(answer: Answer): void {
    if ('count' in answer) {
      this.#counting.get(answer.count)?.resolve(answer.receivers);
      this.#counting.delete(answer.count);
    } else if ('failed' in answer) {
      this.#fail(`a receiver: ${answer.failed}`);
    } else {
      this.#opening.get(answer.receiver)?.resolve(answer.dtlsParameters);
      this.#opening.delete(answer.receiver);
    }
  }

  #fail(failure: string): void {
    this.#failure ??= failure;
    for (const waiting of [...this.#opening.values(), ...this.#counting.values()]) waiting.reject(new Error(failure));
    this.#opening.clear();
    this.#counting.clear();
  }
}
