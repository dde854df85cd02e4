import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/** Whether there is a browser to test in; without one such tests are skipped, by name. */
export const hasChromium = existsSync(executablePath);

export interface OpenPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** Builds the page, adds files beside it, serves it and opens it. */
export async function openPage(addFiles: (folder: string) => void | Promise<void>): Promise<OpenPage> {
  const outDir = mkdtempSync(join(tmpdir(), 'lowbit-browser-'));
  const root = fileURLToPath(new URL('../page/', import.meta.url));
  const settings = { root, logLevel: 'error' } as const;
  await build({
    ...settings,
    base: './',
    build: { outDir, emptyOutDir: true, minify: false },
    worker: { format: 'es' },
  });
  await addFiles(outDir);
  const server = await preview({ ...settings, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage();
  // Far beyond what a loaded machine takes, and below the test's own guard: what is waited for in vain is named.
  page.setDefaultTimeout(5 * 60_000);
  await page.goto(server.resolvedUrls!.local[0]!);
  await page.waitForFunction('globalThis.lowbit !== undefined');
  return {
    page,
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
