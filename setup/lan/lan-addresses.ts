import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Interfaces that lead into this host itself, not to the phones and classrooms around it. */
const INNER_INTERFACE = /^(docker|br-|veth|virbr|lxc|cni|flannel|tun|tap|wg)/;

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/**
 * IPv4 addresses by which others on the local network reach this host, the one of the default route first.
 * @param routes the text of /proc/net/route
 */
export function lanAddresses(interfaces: Interfaces = networkInterfaces(), routes: string = readRoutes()): string[] {
  const defaultInterface = defaultRouteInterface(routes);
  return Object.entries(interfaces)
    .filter(([name]) => !INNER_INTERFACE.test(name))
    .sort(([a], [b]) => Number(b === defaultInterface) - Number(a === defaultInterface))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The interface of the route whose destination is 0.0.0.0. */
function defaultRouteInterface(routes: string): string | undefined {
  const lines = routes.split('\n').slice(1);
  return lines.map((line) => line.split('\t')).find(([, destination]) => destination === '00000000')?.[0];
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return '';
  }
}
