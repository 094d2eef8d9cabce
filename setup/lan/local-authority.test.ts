import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lanAddresses } from './lan-addresses.ts';
import { ensureLanCertificate } from './local-authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-ca-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a client that trusts the authority, and no other, reads over HTTPS by address and by name', async () => {
  const files = await ensureLanCertificate(folder, ['192.168.1.5', '127.0.0.1', 'localhost']);
  const tls = { cert: readFileSync(files.certificate), key: readFileSync(files.key) };
  const server = createServer(tls, (_, response) => response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (host: string, ca?: Buffer): Promise<number | undefined> => {
    const request = get({ host, port, agent: false, ...(ca === undefined ? {} : { ca }) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  const authority = readFileSync(files.authority);
  expect(await ask('127.0.0.1', authority)).toBe(200);
  expect(await ask('localhost', authority)).toBe(200);
  await expect(ask('127.0.0.1')).rejects.toThrow();
  server.close();
});

test('the certificate is what phones ask for: under 825 days, for servers, key and authority private', async () => {
  const files = await ensureLanCertificate(folder, ['192.168.1.5', 'host.local']);
  const certificate = new X509Certificate(readFileSync(files.certificate));
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
  expect(days).toBeLessThan(825);
  expect(certificate.subjectAltName).toBe('IP Address:192.168.1.5, DNS:host.local');
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  const authority = new X509Certificate(readFileSync(files.authority));
  expect(authority.ca).toBe(true);
  expect(certificate.ca).toBe(false);
  for (const file of [files.key, join(folder, 'ca.key')]) expect(statSync(file).mode & 0o077).toBe(0);
});

test('a new address makes a new certificate under the same authority; the same addresses keep it', async () => {
  const first = await ensureLanCertificate(folder, ['192.168.1.5']);
  const authority = readFileSync(first.authority, 'utf8');
  const certificate = readFileSync(first.certificate, 'utf8');
  await ensureLanCertificate(folder, ['192.168.1.5']);
  expect(readFileSync(first.certificate, 'utf8')).toBe(certificate);
  await ensureLanCertificate(folder, ['192.168.1.6']);
  expect(readFileSync(first.certificate, 'utf8')).not.toBe(certificate);
  expect(readFileSync(first.authority, 'utf8')).toBe(authority);
});

test('the address of the default route comes first; loopback, containers and IPv6 do not count', () => {
  const entry = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false) => {
    const rest = { netmask: '', mac: '', internal, cidr: null };
    return family === 'IPv4' ? { address, family, ...rest } : { address, family, scopeid: 0, ...rest };
  };
  const interfaces = {
    lo: [entry('127.0.0.1', 'IPv4', true)],
    docker0: [entry('172.17.0.1')],
    eth0: [entry('10.0.0.4')],
    wlan0: [entry('fe80::1', 'IPv6'), entry('192.168.1.5')],
  };
  const routes = 'Iface\tDestination\tGateway\nwlan0\t0001A8C0\t00000000\nwlan0\t00000000\t0101A8C0\n';
  expect(lanAddresses(interfaces, routes)).toEqual(['192.168.1.5', '10.0.0.4']);
});
