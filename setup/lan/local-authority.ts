import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** Phones refuse certificates that are valid for longer than 825 days, even under an authority that they trust. */
const SERVER_DAYS = 800;
const RENEW_BEFORE_MS = 60 * DAY_MS;
/** Certificates begin a little in the past, for phones whose clock is slow. */
const CLOCK_SLACK_MS = DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface LanCertificate {
  /** PEM files for the server: its certificate followed by the authority's, and its key. */
  readonly certificate: string;
  readonly key: string;
  /** PEM file of the authority's certificate, which phones are asked to trust. */
  readonly authority: string;
}

/**
 * A certificate authority for this host alone, made once, and a server certificate under it for the names and
 * addresses by which the local network reaches the host; made again when those change or when it nears its end.
 */
export async function ensureLanCertificate(folder: string, names: readonly string[]): Promise<LanCertificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(folder);
  const certificate = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  if (!isUsable(certificate, key, names, authority.certificate)) {
    const pair = await makeServerCertificate(authority, names);
    // The key first: a certificate that is there always has its key.
    writePrivately(key, pair.key);
    writePrivately(certificate, `${pair.certificate}\n${authority.certificate.toString('pem')}\n`);
  }
  return { certificate, key, authority: join(folder, 'ca.crt') };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

async function ensureAuthority(folder: string): Promise<Authority> {
  const certificateFile = join(folder, 'ca.crt');
  const keyFile = join(folder, 'ca.key');
  if (existsSync(certificateFile) && existsSync(keyFile)) {
    return {
      certificate: new x509.X509Certificate(readFileSync(certificateFile, 'utf8')),
      key: await importKey(readFileSync(keyFile, 'utf8')),
    };
  }
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [`Tongke 同课 ${hostname()}`] }, { O: ['Tongke'] }],
    ...validity(AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePrivately(keyFile, await exportKey(keys.privateKey));
  writePrivately(certificateFile, `${certificate.toString('pem')}\n`);
  return { certificate, key: keys.privateKey };
}

async function makeServerCertificate(authority: Authority, names: readonly string[]) {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: [names[0] ?? 'localhost'] }],
    issuer: authority.certificate.subject,
    ...validity(SERVER_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value): x509.JsonGeneralName => ({ type: isIP(value) ? 'ip' : 'dns', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** Whether the certificate that is there names everything, comes from this authority and lasts. */
function isUsable(certificateFile: string, keyFile: string, names: readonly string[], authority: x509.X509Certificate) {
  if (!existsSync(certificateFile) || !existsSync(keyFile)) return false;
  const certificate = new x509.X509Certificate(readFileSync(certificateFile, 'utf8'));
  const alternatives = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const named = new Set(alternatives.map(({ value }) => value));
  return (
    names.every((name) => named.has(name)) &&
    certificate.issuer === authority.subject &&
    certificate.notAfter.getTime() > Date.now() + RENEW_BEFORE_MS
  );
}

function validity(days: number) {
  return { notBefore: new Date(Date.now() - CLOCK_SLACK_MS), notAfter: new Date(Date.now() + days * DAY_MS) };
}

/** 16 random bytes as a positive number. */
function newSerialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const [bytes] = x509.PemConverter.decode(pem);
  if (bytes === undefined) throw new Error('The key of the certificate authority is not readable');
  return crypto.subtle.importKey('pkcs8', bytes, ALGORITHM, true, ['sign']);
}

/** In one move and readable by the owner alone. */
function writePrivately(file: string, text: string): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, file);
}
