import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { insideSnapshot } from '../../../tests/support/clients/room-states.ts';
import { RequestFailure } from '../api/request-failure.ts';
import { RoomLine } from './room-line.ts';
import { SignalingClient } from './signaling-client.ts';
import type { ConnectionState, SeatPass } from './signaling-client.ts';

const WAIT = { timeout: 8_000, interval: 20 };

let http: HttpServer;
let io: Server;
let port = 0;
let refuse: ((auth: Record<string, unknown>) => string | null) | null = null;
const handshakes: Record<string, unknown>[] = [];
const sockets: Socket[] = [];
const clients: SignalingClient[] = [];

async function start(onPort = 0): Promise<void> {
  http = createServer();
  io = new Server(http, { transports: ['websocket', 'polling'] });
  const room = io.of('/room');
  room.use((socket, next) => {
    const auth = socket.handshake.auth as Record<string, unknown>;
    handshakes.push(auth);
    const code = refuse?.(auth) ?? null;
    next(code === null ? undefined : Object.assign(new Error(code), { data: { code } }));
  });
  room.on('connection', (socket) => {
    sockets.push(socket);
    socket.emit('snapshot', insideSnapshot());
    socket.on('setLocked', (_params, ack: (answer: unknown) => void) => ack({ ok: true, data: {} }));
    socket.on('setHand', (_params, ack: (answer: unknown) => void) =>
      ack({ ok: false, error: { code: 'safeMode', message: 'locked' } }),
    );
    socket.on('resync', (_params, ack: (answer: unknown) => void) => ack({ ok: true, data: insideSnapshot() }));
    socket.on('roll', (_params, ack: (answer: unknown) => void) => ack({ ok: true, data: { entries: 'wrong' } }));
  });
  await new Promise<void>((resolve) => http.listen(onPort, '127.0.0.1', resolve));
  ({ port } = http.address() as AddressInfo);
}

async function stop(): Promise<void> {
  await io.close();
  http.closeAllConnections();
}

const pass = (seatToken = 'first'): SeatPass => ({
  origin: `http://127.0.0.1:${port}`,
  path: '/socket.io',
  roomId: 'room',
  seatToken,
});

function open(renew: () => Promise<SeatPass> = () => Promise.resolve(pass('renewed'))) {
  const tokens: string[] = [];
  const states: ConnectionState[] = [];
  const client = new SignalingClient({
    pass: pass(),
    rtpCapabilities: () => ({ codecs: [] }),
    renew,
    onSeatToken: (token) => tokens.push(token),
  });
  clients.push(client);
  client.on('state', (state) => states.push(state));
  client.connect();
  return { client, tokens, states };
}

const connected = (client: SignalingClient) => vi.waitFor(() => expect(client.state.kind).toBe('connected'), WAIT);

beforeEach(async () => {
  handshakes.length = 0;
  sockets.length = 0;
  refuse = null;
  await start();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close('left');
  await stop();
});

test('the handshake says version, room, seat token and capabilities', async () => {
  const { client } = open();
  await connected(client);
  expect(handshakes[0]).toEqual({
    version: PROTOCOL_VERSION,
    roomId: 'room',
    seatToken: 'first',
    rtpCapabilities: { codecs: [] },
  });
});

test('a request resolves with its parsed result, and rejects with the code of the refusal', async () => {
  const { client } = open();
  await expect(client.call('setLocked', { locked: true })).resolves.toEqual({});
  await expect(client.call('setHand', { raised: true })).rejects.toMatchObject({ code: 'safeMode' });
  await expect(client.call('roll', {})).rejects.toMatchObject({ code: 'unreadable' });
});

test('a cut socket comes back by itself with the rotated token, and a request made meanwhile is answered', async () => {
  const { client, tokens, states } = open();
  await connected(client);
  sockets[0]?.emit('seatToken', { seatToken: 'second' });
  await vi.waitFor(() => expect(tokens).toEqual(['second']), WAIT);
  sockets[0]?.conn.close();
  await vi.waitFor(() => expect(client.state.kind).toBe('reconnecting'), WAIT);
  await expect(client.call('setLocked', { locked: true })).resolves.toEqual({});
  expect(handshakes.at(-1)).toMatchObject({ seatToken: 'second' });
  expect(states.map((state) => state.kind)).toEqual(['connected', 'reconnecting', 'connected']);
});

test('a server that restarts is found again without a click, and every handshake brings a snapshot', async () => {
  const { client } = open();
  const snapshots = vi.fn<() => void>();
  client.on('snapshot', snapshots);
  await connected(client);
  const before = port;
  await stop();
  await vi.waitFor(() => expect(client.state.kind).toBe('reconnecting'), WAIT);
  await start(before);
  await connected(client);
  await vi.waitFor(() => expect(snapshots).toHaveBeenCalledTimes(2), WAIT);
});

test('a seat token that is no longer good is renewed silently', async () => {
  refuse = (auth) => (auth['seatToken'] === 'renewed' ? null : 'seatTokenInvalid');
  const { client, tokens } = open();
  await connected(client);
  expect(tokens).toEqual(['renewed']);
});

test('a renewal that is refused for good ends the visit with a reason', async () => {
  refuse = () => 'seatTokenInvalid';
  const { client } = open(() => Promise.reject(new RequestFailure('removedFromRoom')));
  await vi.waitFor(() => expect(client.state).toEqual({ kind: 'closed', reason: 'removed' }), WAIT);
});

test('an old client is told so and does not knock again', async () => {
  refuse = () => 'clientTooOld';
  const { client } = open();
  await vi.waitFor(() => expect(client.state).toEqual({ kind: 'closed', reason: 'clientTooOld' }), WAIT);
  expect(handshakes).toHaveLength(1);
});

test('a room that is briefly unavailable is knocked at again', async () => {
  let refusals = 2;
  refuse = () => (refusals-- > 0 ? 'unavailable' : null);
  const { client } = open();
  await connected(client);
  expect(handshakes).toHaveLength(3);
});

test('the last word of the server ends the connection and requests after it are refused at once', async () => {
  const { client } = open();
  await connected(client);
  sockets[0]?.emit('closed', { reason: 'lessonEnded' });
  sockets[0]?.disconnect(true);
  await vi.waitFor(() => expect(client.state).toEqual({ kind: 'closed', reason: 'lessonEnded' }), WAIT);
  await expect(client.call('setLocked', { locked: true })).rejects.toMatchObject({ code: 'gone' });
});

test('a notice that does not follow the contract is dropped and the next one is heard', async () => {
  const { client } = open();
  await connected(client);
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const locks: boolean[] = [];
  client.on('lockChanged', ({ locked }) => locks.push(locked));
  sockets[0]?.emit('lockChanged', { locked: 'yes' });
  sockets[0]?.emit('lockChanged', { locked: true });
  await vi.waitFor(() => expect(locks).toEqual([true]), WAIT);
  expect(told).toHaveBeenCalledOnce();
  told.mockRestore();
});

test('a probe of a working line brings a snapshot', async () => {
  const { client } = open();
  const snapshots = vi.fn<() => void>();
  client.on('snapshot', snapshots);
  await connected(client);
  await vi.waitFor(() => expect(snapshots).toHaveBeenCalledTimes(1), WAIT);
  await client.probe();
  expect(snapshots).toHaveBeenCalledTimes(2);
  expect(client.state.kind).toBe('connected');
});

test('a line that was opened ahead carries the socket; one that nobody came to use is closed', async () => {
  const { origin, path } = pass();
  const line = new RoomLine(origin, path);
  const unused = new RoomLine(origin, path);
  line.open();
  unused.open();
  await vi.waitFor(() => expect(io.engine.clientsCount).toBe(2), WAIT);
  unused.close();
  await vi.waitFor(() => expect(io.engine.clientsCount).toBe(1), WAIT);
  const client = new SignalingClient({
    pass: pass(),
    line,
    rtpCapabilities: () => undefined,
    renew: () => Promise.resolve(pass()),
    onSeatToken: () => undefined,
  });
  clients.push(client);
  client.connect();
  await vi.waitFor(() => expect(client.state.kind).toBe('connected'), WAIT);
  expect(io.engine.clientsCount).toBe(1);
});
