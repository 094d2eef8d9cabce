import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { InnerClient } from './inner-client.ts';
import { defineInnerContract } from './inner-contract.ts';
import { serveInner, type InnerConnection, type InnerServer } from './inner-server.ts';
import { createLog } from './log.ts';
import { ProcessServer } from './process-server.ts';

const SECRET = 'a-secret-of-the-deployment';
const log = createLog('test', 'silent');

const contract = defineInnerContract({
  requests: {
    double: { params: z.object({ n: z.int() }), result: z.object({ n: z.int() }) },
    refuse: { params: z.object({}), result: z.object({}) },
    crash: { params: z.object({}), result: z.object({}) },
    lie: { params: z.object({}), result: z.object({ n: z.int() }) },
    hang: { params: z.object({}), result: z.object({}) },
  },
  notices: { counted: z.object({ n: z.int() }) },
});

interface Stand {
  readonly server: ProcessServer;
  readonly inner: InnerServer<typeof contract>;
  readonly connections: InnerConnection<typeof contract>[];
  readonly closed: string[];
}

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    await cleanup();
  }
});

async function stand(port = 0): Promise<Stand> {
  const server = await ProcessServer.create({
    host: '127.0.0.1',
    port,
    log,
    metrics: new Registry(),
    isReady: () => true,
  });
  const connections: InnerConnection<typeof contract>[] = [];
  const closed: string[] = [];
  const inner = serveInner({
    server,
    contract,
    secret: SECRET,
    log,
    checksOutput: true,
    handlers: {
      double: ({ n }) => ({ n: n * 2 }),
      refuse: () => {
        throw new AppError('staleFence', { message: 'older', details: { highest: 7 } });
      },
      crash: () => {
        throw new Error('the password is hunter2');
      },
      lie: () => ({ n: 0.5 }),
      hang: () => new Promise<never>(() => undefined),
    },
    onConnect: (connection) => {
      connections.push(connection);
      return connection.id;
    },
    onClose: (id) => closed.push(id),
  });
  cleanups.push(async () => {
    await inner.close();
    await server.close();
  });
  return { server, inner, connections, closed };
}

function connect(url: string, secret = SECRET): InnerClient<typeof contract> {
  const client = new InnerClient({ contract, url, secret, log, clientName: 'test' });
  cleanups.push(() => client.close());
  return client;
}

describe('inner wire: answers', () => {
  it('answers a request with the parsed result', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    await expect(client.call('double', { n: 21 })).resolves.toEqual({ n: 42 });
  });

  it('carries an AppError with code, message and details to the caller', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    await expect(client.call('refuse', {})).rejects.toMatchObject({
      code: 'staleFence',
      message: 'older',
      details: { highest: 7 },
    });
  });

  it('tells nothing of an unexpected error but an id', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    const error = await client.call('crash', {}).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
    expect((error as AppError).details).toHaveProperty('errorId');
  });

  it('refuses params that do not fit, naming the field', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    const error: unknown = await client
      .call('double', { n: 'two' as unknown as number })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'invalidInput', details: { problems: [{ path: 'n' }] } });
  });

  it('refuses an unknown request, also one named like a property of every object', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    for (const name of ['nothing', 'constructor', '__proto__']) {
      await expect(client.call(name as 'double', { n: 1 })).rejects.toMatchObject({ code: 'invalidInput' });
    }
  });

  it('checks results where it is told to', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    await expect(client.call('lie', {})).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('inner wire: misuse', () => {
  it('does not let a client with a wrong secret in', async () => {
    const { server, connections } = await stand();
    const client = connect(server.url, 'another-secret-altogether');
    await expect(client.opened(300)).rejects.toMatchObject({ code: 'unavailable' });
    expect(connections).toHaveLength(0);
  });

  it('cuts off a client that sends an oversized message and goes on serving the others', async () => {
    const { server } = await stand();
    const other = connect(server.url);
    await other.opened();
    const rude = new WebSocket(server.url.replace('http', 'ws') + '/inner', {
      headers: { authorization: `Bearer ${SECRET}` },
    });
    rude.on('error', () => undefined);
    rude.on('open', () =>
      rude.send(JSON.stringify({ id: 1, name: 'double', params: { n: 1, filler: 'x'.repeat(2_000_000) } })),
    );
    const code = await new Promise((resolve) => rude.on('close', resolve));
    expect(code).toBe(1009);
    await expect(other.call('double', { n: 1 })).resolves.toEqual({ n: 2 });
  });

  it.each(['not json', '[]', '{"id":-1,"name":"double"}', '{"id":1,"name":5}'])(
    'cuts off a client that sends %s',
    async (text) => {
      const { server } = await stand();
      const rude = new WebSocket(server.url.replace('http', 'ws') + '/inner', {
        headers: { authorization: `Bearer ${SECRET}` },
      });
      rude.on('open', () => rude.send(text));
      const code = await new Promise((resolve) => rude.on('close', resolve));
      expect(code).toBe(1008);
    },
  );
});

describe('inner wire: connection', () => {
  it('knows both addresses of a connection as soon as it is open', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    expect(client.ends).toBeNull();
    await client.opened();
    expect(client.ends).toEqual({ here: '127.0.0.1', there: '127.0.0.1' });
  });

  it('brings notices to every client, or to one', async () => {
    const { server, inner, connections } = await stand();
    const first = connect(server.url);
    await first.opened();
    const second = connect(server.url);
    await second.opened();
    const got: string[] = [];
    first.notices.on('counted', ({ n }) => got.push(`first ${n}`));
    second.notices.on('counted', ({ n }) => got.push(`second ${n}`));
    inner.notify('counted', { n: 1 });
    connections[1]?.notify('counted', { n: 2 });
    await expect.poll(() => got.toSorted()).toEqual(['first 1', 'second 1', 'second 2']);
  });

  it('rejects pending calls when the connection is lost and comes back by itself', async () => {
    const first = await stand();
    const client = connect(first.server.url);
    await client.opened();
    const states: string[] = [];
    client.events.on('closed', () => states.push('closed'));
    client.events.on('open', () => states.push('open'));
    const pending = client.call('hang', {}, { timeoutMs: 60_000 });
    const port = first.server.port;
    await Promise.all([
      expect(pending).rejects.toMatchObject({ code: 'unavailable' }),
      first.inner.close().then(() => first.server.close()),
    ]);
    await expect(client.call('double', { n: 1 })).rejects.toMatchObject({ code: 'unavailable' });
    await stand(port);
    await client.opened();
    expect(states).toEqual(['closed', 'open']);
    await expect(client.call('double', { n: 4 })).resolves.toEqual({ n: 8 });
  });

  it('gives up on an answer after the caller’s timeout', async () => {
    const { server } = await stand();
    const client = connect(server.url);
    await client.opened();
    await expect(client.call('hang', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('tells the server’s side once when a client has gone', async () => {
    const { server, inner, connections, closed } = await stand();
    const client = connect(server.url);
    await client.opened();
    client.close();
    client.close();
    await expect.poll(() => closed).toEqual([connections[0]?.id]);
    expect(inner.connectionCount).toBe(0);
  });
});
