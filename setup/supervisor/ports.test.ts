import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freeMediaPorts, isPortFree, takenMediaPort } from './ports.ts';

/** A port that is held for as long as the test runs, UDP or TCP. */
async function held(protocol: 'udp' | 'tcp'): Promise<AsyncDisposable & { readonly port: number }> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { port: socket.address().port, [Symbol.asyncDispose]: async () => void socket.close() };
  }
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}

test.each(['udp', 'tcp'] as const)(
  'a row of media ports with one that is taken for %s is not free',
  async (protocol) => {
    await using other = await held(protocol);
    const { port } = other;
    expect(await takenMediaPort({ first: port - 1, count: 2 })).toBe(`${port}/${protocol}`);
    const next = await freeMediaPorts({ first: port, count: 1 });
    expect(next).toBeGreaterThan(port);
    expect(((next ?? 0) - port) % 100).toBe(0);
  },
);

test('a port that somebody has on one address of this host is not free on all of them', async () => {
  await using other = await held('tcp');
  expect(await isPortFree(other.port, '0.0.0.0')).toBe(false);
  expect(await isPortFree(other.port, '127.0.0.1')).toBe(false);
});
