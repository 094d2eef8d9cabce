import { UdpRelay, type UdpRelayOptions } from '../../net/udp-relay.ts';
import { freeMediaPorts } from './ports.ts';
import { Stack } from './stack.ts';

const WORKERS = 2;

/** A stack whose media go through a relay: browsers are told the relay's ports, one for each worker. */
export interface RelayedStack {
  readonly stack: Stack;
  readonly relay: UdpRelay;
  readonly relayPorts: readonly number[];
}

export async function startRelayedStack(line: Pick<UdpRelayOptions, 'seed' | 'up' | 'down'>): Promise<RelayedStack> {
  // Media ports are a row below those of relays.
  const rtcPort = await freeMediaPorts();
  const relay = await UdpRelay.create({ targetPort: rtcPort, ports: WORKERS, ...line });
  try {
    const stack = await Stack.start({
      RTC_PORT: String(rtcPort),
      RTC_ANNOUNCED_PORT: String(relay.port),
      SFU_WORKERS: String(WORKERS),
    });
    return { stack, relay, relayPorts: Array.from({ length: WORKERS }, (_, index) => relay.port + index) };
  } catch (error) {
    relay.close();
    throw error;
  }
}
