import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { blurFiles } from './blur-files.ts';
import { precompress } from './precompress.ts';

const here = import.meta.dirname;

/** Where `npm run dev`-like use of Vite finds the API; the built client is served by signaling itself. */
const SIGNALING_ORIGIN = process.env['TONGKE_DEV_ORIGIN'] ?? 'http://localhost:3000';

export default defineConfig({
  root: here,
  base: '/',
  plugins: [react(), blurFiles(), precompress(join(here, 'dist'))],
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  server: {
    proxy: {
      '/api': SIGNALING_ORIGIN,
      '/media': SIGNALING_ORIGIN,
      '/socket.io': { target: SIGNALING_ORIGIN, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome107', 'safari15.4', 'firefox114'],
    // The server's content security policy allows neither inline scripts nor data: URLs for code.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
});
