import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** From one row of media ports that is tried to the next one. */
const ROW_STEP = 100;
const MOST_ROWS = 20;

/** Ports for media: each worker has one, UDP and TCP, from `first` on. */
export interface MediaPorts {
  readonly first: number;
  readonly count: number;
}

/** A TCP port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Whether nobody listens on a TCP port yet, on any address of this host. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => server.close(() => resolve(true)));
  });
}

function isUdpPortFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(port, () => socket.close(() => resolve(true)));
  });
}

/** The first of these ports that somebody else has, as `44000/udp`; undefined when all are free. */
export async function takenMediaPort({ first, count }: MediaPorts): Promise<string | undefined> {
  for (let port = first; port < first + count; port += 1) {
    if (!(await isUdpPortFree(port))) return `${port}/udp`;
    if (!(await isPortFree(port, '0.0.0.0'))) return `${port}/tcp`;
  }
  return undefined;
}

/** The first of a row of ports that is free, at or after the given one; undefined where none is. */
export async function freeMediaPorts({ first, count }: MediaPorts): Promise<number | undefined> {
  for (let row = 0; row < MOST_ROWS; row += 1) {
    const start = first + row * ROW_STEP;
    if ((await takenMediaPort({ first: start, count })) === undefined) return start;
  }
  return undefined;
}
