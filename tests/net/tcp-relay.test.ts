import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { TcpRelay } from './tcp-relay.ts';

it('carries what its line allows, shared by all connections, and nothing is lost', async () => {
  const body = Buffer.alloc(60_000, 'x');
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const relay = await TcpRelay.open({ host: '127.0.0.1', port }, { bitsPerSecond: 2_000_000 });
  try {
    const startedMs = performance.now();
    const get = async () => (await fetch(`http://127.0.0.1:${relay.port}`)).arrayBuffer();
    const both = await Promise.all([get(), get()]);
    const tookMs = performance.now() - startedMs;
    expect(both.map(({ byteLength }) => byteLength)).toEqual([body.length, body.length]);
    expect(relay.carriedBytes).toBeGreaterThan(2 * body.length);
    // 120,000 bytes at 2 Mbit/s; a line of its own for each would take half of it.
    expect(tookMs).toBeGreaterThan(440);
  } finally {
    await relay.close();
    server.closeAllConnections();
    server.close();
  }
});
