import { readdir, readFile, readlink } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod';
import { until } from '../support/stands/capture-stand.ts';
import { residentBytesOf } from './process-usage.ts';

const Reply = z.object({ id: z.int(), result: z.looseObject({}).optional() });
const Usage = z.object({ result: z.object({ value: z.object({ heapUsed: z.number(), external: z.number() }) }) });
const Targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const SOCKET_INODE = /^socket:\[(\d+)\]$/;
const LISTENING = '0A';

export interface MemoryUse {
  /** JavaScript heap and what hangs on it outside, after a full collection. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

/** Ports on which a process listens. */
async function listeningPorts(pid: number): Promise<Set<number>> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(join(`/proc/${pid}/fd`, name)).catch(() => '')));
  const inodes = new Set(links.flatMap((link) => SOCKET_INODE.exec(link)?.[1] ?? []));
  const lines = (await readFile(`/proc/${pid}/net/tcp`, 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  return new Set(
    lines.flatMap((fields) =>
      fields[3] === LISTENING && inodes.has(fields[9] ?? '')
        ? [Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)]
        : [],
    ),
  );
}

/**
 * A Node process of ours seen through its inspector, which SIGUSR1 opens. Start it with `NODE_OPTIONS=--inspect-port=0`, so that it takes a free
 * port.
 */
export class InspectedProcess {
  readonly #pid: number;
  readonly #socket: WebSocket;
  #count = 0;

  static async attach(pid: number): Promise<InspectedProcess> {
    const before = await listeningPorts(pid);
    process.kill(pid, 'SIGUSR1');
    const port = await until('the inspector', async () =>
      Array.from(await listeningPorts(pid)).find((candidate) => !before.has(candidate)),
    );
    const answer: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const [target] = Targets.parse(answer);
    if (target === undefined) throw new Error('nothing to inspect');
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await once(socket, 'open');
    return new InspectedProcess(pid, socket);
  }

  private constructor(pid: number, socket: WebSocket) {
    this.#pid = pid;
    this.#socket = socket;
  }

  async memory(): Promise<MemoryUse> {
    // What the first collection lets go of may hold more.
    for (let pass = 0; pass < 3; pass += 1) await this.#ask('HeapProfiler.collectGarbage');
    const expression = '(({ heapUsed, external }) => ({ heapUsed, external }))(process.memoryUsage())';
    const answer = await this.#ask('Runtime.evaluate', { expression, returnByValue: true });
    const { heapUsed, external } = Usage.parse(answer).result.value;
    return { heldBytes: heapUsed + external, residentBytes: await residentBytesOf(this.#pid) };
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object = {}): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    const answered = Promise.withResolvers<unknown>();
    const listen = ({ data }: MessageEvent): void => {
      const reply = Reply.safeParse(JSON.parse(String(data)));
      if (reply.data?.id === id) answered.resolve(reply.data.result);
    };
    this.#socket.addEventListener('message', listen);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered.promise;
    this.#socket.removeEventListener('message', listen);
    return answer;
  }
}
