import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

export interface ListenOptions {
  readonly port: number;
  readonly host: string | undefined;
  /** Paths of a certificate chain and its key, PEM. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
}

/** The server that browsers reach: HTTPS when there is a certificate. Not listening yet, so that sockets can be attached first. */
export function createPublicServer(tls: ListenOptions['tls']): Server {
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

/** What a phone may fetch before it trusts our certificate; everything else is led to the secure address. */
const BEFORE_TRUST = /^\/(trust|ca\.crt|assets\/|favicon|api\/v1\/system$)/;

/**
 * The plain-HTTP door of `--lan`: the page that explains how to trust the local authority, and its certificate.
 */
export function trustListener(app: RequestListener, secureUrl: string): RequestListener {
  return (request, response) => {
    if (BEFORE_TRUST.test(request.url ?? '/')) {
      app(request, response);
      return;
    }
    const isRoot = request.url === '/' || request.url === undefined;
    response.writeHead(302, { location: isRoot ? '/trust' : `${secureUrl}${request.url ?? '/'}` }).end();
  };
}
