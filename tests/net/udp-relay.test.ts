import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { UdpRelay, type UdpRelayOptions } from './udp-relay.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanups.push(() => socket.close());
  return socket;
}

/** A server that sends everything back, and a client that talks to it over the relay. */
async function stand(options: Omit<UdpRelayOptions, 'targetPort'>) {
  const server = await bound();
  const heard: number[] = [];
  server.on('message', (packet, from) => {
    heard.push(packet.readUInt32BE(0));
    server.send(packet, from.port, from.address);
  });
  const relay = await UdpRelay.create({ targetPort: server.address().port, ...options });
  cleanups.push(() => relay.close());
  const client = await bound();
  const answers: number[] = [];
  client.on('message', (packet) => answers.push(packet.readUInt32BE(0)));
  const send = (from: number, to: number): void => {
    for (let n = from; n < to; n += 1) {
      const packet = Buffer.alloc(100);
      packet.writeUInt32BE(n);
      client.send(packet, relay.port, '127.0.0.1');
    }
  };
  return { relay, heard, answers, send };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('UdpRelay', () => {
  it('carries both ways in order, over a clean line and over one that delays with jitter', async () => {
    const { relay, heard, answers, send } = await stand({ seed: 1 });
    send(0, 200);
    await eventually(() => answers.length).toBe(200);
    relay.change({ up: { delayMs: 20, jitterMs: 20 }, down: { delayMs: 10 } });
    const sentMs = performance.now();
    send(200, 400);
    await eventually(() => answers.length).toBe(400);
    expect(performance.now() - sentMs).toBeGreaterThanOrEqual(30);
    expect(heard).toEqual(numbers(0, 400));
    expect(answers).toEqual(numbers(0, 400));
    expect(relay.counters).toMatchObject({
      clients: 1,
      up: { sent: 400, arrived: 400, arrivedBytes: 40_000 },
      down: { sent: 400, arrived: 400 },
    });
  });

  it('loses per direction, the same packets each time for one seed', async () => {
    const survivors: number[][] = [];
    for (let round = 0; round < 2; round += 1) {
      const { relay, heard, answers, send } = await stand({ seed: 42, up: { loss: 0.2 }, down: { loss: 0.1 } });
      send(0, 300);
      await eventually(() => relay.counters.up.sent).toBe(300);
      await eventually(() => heard.length).toBe(relay.counters.up.arrived);
      await eventually(() => answers.length).toBe(relay.counters.down.arrived);
      const { up, down } = relay.counters;
      expect(up.lost.loss).toBeGreaterThan(30);
      expect(down.sent).toBe(up.arrived);
      expect(down.lost.loss).toBeGreaterThan(5);
      survivors.push(answers.toSorted((a, b) => a - b));
    }
    expect(survivors[1]).toEqual(survivors[0]);
  });

  it('lets late packets be overtaken', async () => {
    const { heard, send } = await stand({ seed: 3, up: { reorder: { share: 0.1, byMs: 40 } } });
    send(0, 100);
    await eventually(() => heard.length).toBe(100);
    expect(heard).not.toEqual(numbers(0, 100));
    expect(heard.toSorted((a, b) => a - b)).toEqual(numbers(0, 100));
  });

  it('is cut and comes back', async () => {
    const { relay, heard, send } = await stand({ seed: 3 });
    relay.change({ up: { isCut: true } });
    send(0, 50);
    await eventually(() => relay.counters.up.lost.cut).toBe(50);
    relay.change({ up: {} });
    send(50, 60);
    await eventually(() => heard.length).toBe(10);
    expect(heard).toEqual(numbers(50, 60));
  });

  it('keeps clients and the ports of a row apart, and carries nothing once it is closed', async () => {
    const { relay, heard, answers, send } = await stand({ seed: 3, ports: 2 });
    const other = await bound();
    const packet = Buffer.alloc(100);
    other.send(packet, relay.port, '127.0.0.1');
    await once(other, 'message');
    send(1, 2);
    await eventually(() => answers).toEqual([1]);
    // Nobody listens behind the second port of the row.
    other.send(packet, relay.port + 1, '127.0.0.1');
    await eventually(() => relay.counters.clients).toBe(3);
    relay.close();
    relay.close();
    send(5, 6);
    other.send(packet, relay.port, '127.0.0.1');
    expect(heard).toEqual([0, 1]);
  });
});
