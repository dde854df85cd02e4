import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Relative paths, so that the page works on any static host and from a sub-folder; nothing is inlined as `data:`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2500,
  },
  worker: { format: 'es' },
});
