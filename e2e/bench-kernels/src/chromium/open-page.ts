import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import { installedLiteRt } from './installed-litert.js';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../src/page/', import.meta.url));
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Whether there is a browser to measure in. */
export const hasChromium = existsSync(executablePath);

/** A page that computes layers. */
export interface OpenPage {
  readonly page: Page;
  readonly browser: string;
  /** Name and version of LiteRT.js, where it could be installed. */
  readonly liteRt: string | undefined;
  close(): Promise<void>;
}

const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Builds the page, serves it with the files of all contenders, and opens it, cross-origin isolated or not. */
export async function openPage(isIsolated: boolean, withLiteRt = true): Promise<OpenPage> {
  const outDir = mkdtempSync(join(tmpdir(), 'lowbit-bench-'));
  const settings = { root, logLevel: 'error' } as const;
  await build({
    ...settings,
    base: './',
    build: { outDir, emptyOutDir: true, minify: false, target: 'es2023' },
  });
  cpSync(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), join(outDir, 'tfjs'), {
    recursive: true,
  });
  cpSync(dirname(require.resolve('onnxruntime-web/wasm')), join(outDir, 'ort'), { recursive: true });
  const installed = withLiteRt ? installedLiteRt() : undefined;
  if (installed) cpSync(installed.folder, join(outDir, 'litert'), { recursive: true });
  const served = { port: 0, host: '127.0.0.1', ...(isIsolated && { headers: isolating }) };
  const server = await preview({ ...settings, build: { outDir }, preview: served });
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage();
  page.setDefaultTimeout(10 * 60_000);
  await page.goto(server.resolvedUrls!.local[0]!);
  await page.waitForFunction('globalThis.bench !== undefined');
  return {
    page,
    browser: `Chromium ${browser.version()}`,
    liteRt: installed?.name,
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
