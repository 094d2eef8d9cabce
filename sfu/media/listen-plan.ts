import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { IceCandidate, TransportListenInfo } from 'mediasoup/types';

const MAX_LOCAL_ADDRESSES = 4;
/**
 * All receivers of a worker share one UDP socket. What arrives while it is busy waits there: with the kernel's usual 212,992 bytes 160 receivers' reports and handshakes
 * overflow it at times, measured. The kernel gives at most `net.core.rmem_max`.
 */
const SOCKET_BYTES = 4_194_304;

export interface ListenPlan {
  /** UDP and TCP of one worker. */
  readonly infosOf: (workerIndex: number) => TransportListenInfo[];
  /** A transport's candidates as browsers reach them, also at announced addresses that have no socket of their own. */
  readonly candidatesOf: (candidates: readonly IceCandidate[]) => IceCandidate[];
}

export interface ListenPlanOptions {
  /** 0 takes free ports. */
  readonly port: number;
  /** Empty: all addresses of this machine. */
  readonly announced: readonly string[];
  /** First of the row of ports that browsers are told, where it is not `port`: a router in between maps one row to the other. */
  readonly announcedPort?: number | undefined;
  readonly localAddresses?: readonly string[];
}

/**
 * Where workers listen. Announced addresses that this machine owns get a socket each, so that answers leave from the address that was
 * asked; an address that it does not own (NAT, container) is announced for a socket on all addresses.
 */
export function planListening(options: ListenPlanOptions): ListenPlan {
  const local = options.localAddresses ?? localIpv4Addresses();
  const wanted = options.announced.length === 0 ? local.slice(0, MAX_LOCAL_ADDRESSES) : options.announced;
  const ownsAll = wanted.every((address) => local.includes(address));
  const hosts: Pick<TransportListenInfo, 'ip' | 'announcedAddress'>[] = ownsAll
    ? wanted.map((ip) => ({ ip }))
    : [{ ip: '0.0.0.0', ...(wanted[0] === undefined ? {} : { announcedAddress: wanted[0] }) }];
  const withoutSocket = ownsAll ? [] : wanted.slice(1);
  const portShift = options.announcedPort === undefined ? 0 : options.announcedPort - options.port;
  return {
    infosOf: (workerIndex) =>
      (['udp', 'tcp'] as const).flatMap((protocol) =>
        hosts.map((host) => ({
          ...host,
          protocol,
          ...(options.port === 0 ? {} : { port: options.port + workerIndex }),
          ...(protocol === 'udp' ? { recvBufferSize: SOCKET_BYTES, sendBufferSize: SOCKET_BYTES } : {}),
        })),
      ),
    candidatesOf: (candidates) => {
      const announced = candidates.map((candidate) => ({ ...candidate, port: candidate.port + portShift }));
      const more = withoutSocket.flatMap((address, index) =>
        announced.map((candidate) => ({
          ...candidate,
          ip: address,
          address,
          foundation: `${candidate.foundation}a${index}`,
          priority: candidate.priority - 1 - index,
        })),
      );
      return [...announced, ...more];
    },
  };
}

/** Where the pipes of this node to others listen; one port each. */
export type PipeListening = TransportListenInfo;

export interface PipePlanOptions {
  readonly announced: readonly string[];
  readonly address?: string | undefined;
  readonly ports?: readonly [number, number] | undefined;
  readonly localAddresses?: readonly string[];
}

/** An address that this machine does not own is announced for a socket on all addresses. */
export function planPipes({ announced, address, ports, ...options }: PipePlanOptions): PipeListening {
  const local = options.localAddresses ?? localIpv4Addresses();
  const ip = address ?? announced.find((candidate) => isIPv4(candidate)) ?? local[0] ?? '127.0.0.1';
  return {
    protocol: 'udp',
    ...(local.includes(ip) ? { ip } : { ip: '0.0.0.0', announcedAddress: ip }),
    ...(ports === undefined ? {} : { portRange: { min: ports[0], max: ports[1] } }),
  };
}

/** Addresses that others can reach come first, loopback last: it serves browsers on the same machine. */
function localIpv4Addresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const ipv4 = found.filter((address) => address.family === 'IPv4' && !address.address.startsWith('169.254.'));
  return [...ipv4.filter((address) => !address.internal), ...ipv4.filter((address) => address.internal)].map(
    (address) => address.address,
  );
}
