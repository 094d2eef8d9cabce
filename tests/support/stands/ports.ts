import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Two files of tests run at the same time: each takes ports of its own kind, so that nobody comes between asking and using. */
const LANES = 2;
/** Below those that the system gives to connections going out. */
const SERVERS = { from: 20_000, to: 32_000 } as const;
/** An sfu takes a row of ports, one for each of its workers. */
const MEDIA = { from: 10_000, to: 20_000, row: 32 } as const;

const lane = (): number => Number(process.env['VITEST_POOL_ID'] ?? '0') % LANES;

/** A TCP port on which nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = SERVERS.from + LANES * randomInt((SERVERS.to - SERVERS.from) / LANES) + lane();
    if (await isFreeForTcp(port)) return port;
  }
}

/** The first of two free ones side by side: `npm start -- --lan` has its plain door next to its secure port. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (await isFreeForTcp(port + 1)) return port;
  }
}

/** The first of a row of ports for media, as `RTC_PORT` names it. */
export async function freeMediaPorts(): Promise<number> {
  const rows = Math.floor((MEDIA.to - MEDIA.from) / MEDIA.row / LANES);
  for (;;) {
    const port = MEDIA.from + MEDIA.row * (LANES * randomInt(rows) + lane());
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
}

async function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port);
  return once(server, 'listening').then(
    async () => {
      server.close();
      await once(server, 'close');
      return true;
    },
    () => false,
  );
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind(port);
  return once(socket, 'listening').then(
    async () => {
      socket.close();
      await once(socket, 'close');
      return true;
    },
    () => false,
  );
}
