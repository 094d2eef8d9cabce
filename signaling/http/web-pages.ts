import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';
import expressStaticGzip from 'express-static-gzip';

export interface WebPagesOptions {
  /** The built web client (`web-client/dist`). */
  readonly directory: string;
  /** Certificate of the local authority, offered to phones by `--lan`. */
  readonly authorityCertificate: string | undefined;
}

const YEAR_MS = 31_536_000_000;
/** Paths that are no pages: an unknown one there is a 404, not the application. Figures are for the host's own eyes, on the inner port. */
const NOT_A_PAGE = /^\/(api|media|assets|socket\.io|healthz|readyz|metrics)(\/|$)/;

/** The web client: hashed assets for ever, the page itself never cached, every other path is a page of the application. */
export function webPages(options: WebPagesOptions): Router {
  const router = Router();
  const { authorityCertificate } = options;
  if (authorityCertificate !== undefined) {
    router.get('/ca.crt', (_request, response) => {
      response
        .type('application/x-x509-ca-cert')
        .setHeader('content-disposition', 'attachment; filename="tongke-ca.crt"');
      response.send(readFileSync(authorityCertificate));
    });
  }
  router.use(
    '/assets',
    expressStaticGzip(join(options.directory, 'assets'), {
      enableBrotli: true,
      orderPreference: ['br', 'gz'],
      index: false,
      serveStatic: { immutable: true, maxAge: YEAR_MS },
    }),
  );
  router.use(express.static(options.directory, { index: false, maxAge: 0 }));
  router.get('/{*path}', (request, response, next) => {
    if (NOT_A_PAGE.test(request.path)) {
      next();
      return;
    }
    response.setHeader('cache-control', 'no-cache');
    response.sendFile(join(options.directory, 'index.html'));
  });
  return router;
}
