import type { IceCandidate } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { planListening, planPipes } from './listen-plan.ts';

const localAddresses = ['10.1.2.3', '127.0.0.1'];

describe('planListening()', () => {
  it('gives each worker a UDP and a TCP port of its own on every local address', () => {
    const plan = planListening({ port: 44_000, announced: [], localAddresses });
    expect(plan.infosOf(1)).toMatchObject([
      { ip: '10.1.2.3', protocol: 'udp', port: 44_001 },
      { ip: '127.0.0.1', protocol: 'udp', port: 44_001 },
      { ip: '10.1.2.3', protocol: 'tcp', port: 44_001 },
      { ip: '127.0.0.1', protocol: 'tcp', port: 44_001 },
    ]);
  });

  it('asks for more room than the usual 208 KB where all receivers share a socket', () => {
    const [udp, tcp] = planListening({ port: 0, announced: ['127.0.0.1'], localAddresses }).infosOf(0);
    expect(udp?.recvBufferSize).toBeGreaterThan(1_000_000);
    expect(tcp).toEqual({ ip: '127.0.0.1', protocol: 'tcp' });
  });

  it('leaves the port open when it is 0', () => {
    const plan = planListening({ port: 0, announced: ['127.0.0.1'], localAddresses });
    expect(plan.infosOf(3).map(({ protocol, port }) => [protocol, port])).toEqual([
      ['udp', undefined],
      ['tcp', undefined],
    ]);
  });

  it('listens everywhere for an address that is not its own and offers all announced ones', () => {
    const plan = planListening({ port: 44_000, announced: ['203.0.113.9', 'media.example.cn'], localAddresses });
    expect(plan.infosOf(0)[0]).toMatchObject({
      ip: '0.0.0.0',
      announcedAddress: '203.0.113.9',
      protocol: 'udp',
      port: 44_000,
    });
    const candidate: IceCandidate = {
      foundation: 'udpcandidate',
      priority: 1_000,
      ip: '203.0.113.9',
      address: '203.0.113.9',
      protocol: 'udp',
      port: 44_000,
      type: 'host',
    };
    const candidates = plan.candidatesOf([candidate]);
    expect(candidates.map(({ address, port }) => `${address}:${port}`)).toEqual([
      '203.0.113.9:44000',
      'media.example.cn:44000',
    ]);
    expect(new Set(candidates.map(({ priority }) => priority)).size).toBe(2);
  });

  it('tells browsers the row of ports that a router maps to its own', () => {
    const plan = planListening({ port: 44_000, announced: ['203.0.113.9'], announcedPort: 50_000, localAddresses });
    expect(plan.infosOf(1)[0]?.port).toBe(44_001);
    const candidate: IceCandidate = {
      foundation: 'udpcandidate',
      priority: 1_000,
      ip: '203.0.113.9',
      address: '203.0.113.9',
      protocol: 'udp',
      port: 44_001,
      type: 'host',
    };
    expect(plan.candidatesOf([candidate])).toEqual([{ ...candidate, port: 50_001 }]);
  });
});

describe('planPipes()', () => {
  it('listens where browsers are told to come, or on its own first address', () => {
    expect(planPipes({ announced: [], localAddresses })).toEqual({ protocol: 'udp', ip: '10.1.2.3' });
    const named = planPipes({ announced: ['media.example.cn', '10.1.2.3'], localAddresses });
    expect(named).toEqual({ protocol: 'udp', ip: '10.1.2.3' });
  });

  it('listens everywhere for an address that is not its own, on the ports that are open', () => {
    expect(planPipes({ announced: [], address: '203.0.113.9', ports: [45_000, 45_099], localAddresses })).toEqual({
      protocol: 'udp',
      ip: '0.0.0.0',
      announcedAddress: '203.0.113.9',
      portRange: { min: 45_000, max: 45_099 },
    });
  });
});
