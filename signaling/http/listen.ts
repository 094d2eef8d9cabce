import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** Paths of a certificate chain and its key, PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export function tlsOf(config: {
  readonly TLS_CERT?: string | undefined;
  readonly TLS_KEY?: string | undefined;
}): TlsFiles | undefined {
  const { TLS_CERT: certificate, TLS_KEY: key } = config;
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** The server that browsers reach: HTTPS when there is a certificate. Not listening yet, so that sockets can be attached first. */
export function createPublicServer(tls: TlsFiles | undefined): Server {
  if (tls === undefined) return createServer();
  return createSecureServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) });
}

export async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Stops listening and ends what is left of connections. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * What a phone may fetch before it trusts our certificate: the certificate, the page about it, and what that loads, also in a browser that
 * is too old for it. Everything else is led to the secure address.
 */
const BEFORE_TRUST = /^\/(trust|ca\.crt|older-browsers\.js|favicon\.svg|assets\/.+|api\/v1\/(system|session))$/;

function isBeforeTrust({ method, url = '/' }: IncomingMessage): boolean {
  // Nobody signs in here: a password would go over the air as it is.
  return (method === 'GET' || method === 'HEAD') && BEFORE_TRUST.test(url.split('?', 1)[0] ?? '/');
}

function trustListener(app: RequestListener, secureUrl: string): RequestListener {
  return (request, response) => {
    if (isBeforeTrust(request)) {
      app(request, response);
      return;
    }
    const isRoot = request.url === '/' || request.url === undefined;
    response.writeHead(302, { location: isRoot ? '/trust' : `${secureUrl}${request.url ?? '/'}` }).end();
  };
}

/** The plain-HTTP door of `--lan`: the page that explains how to trust the local authority, and its certificate. */
export async function openTrustDoor(
  app: RequestListener,
  secureUrl: string,
  port: number,
  host: string | undefined,
): Promise<Server> {
  const door = createServer(trustListener(app, secureUrl));
  await listen(door, port, host);
  return door;
}
