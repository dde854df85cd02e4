import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';

export const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The playground in a browser. */
export interface OpenedPage {
  readonly page: Page;
  /** Address of the page. */
  readonly address: string;
  /** Addresses of everything that was asked for so far, by the page and its workers. */
  readonly requests: readonly string[];
  /** What the page wrote to the console as an error. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Builds the page into a temporary folder and serves it from a sub-folder, without headers of its own. */
export async function openPage(): Promise<OpenedPage> {
  const outDir = mkdtempSync(join(tmpdir(), 'lowbit-playground-'));
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({
    configFile,
    logLevel: 'error',
    base: '/tools/playground/',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({ acceptDownloads: true });
  const requests: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  // Far beyond what a loaded machine takes, and below the test's own guard: what is waited for in vain is named.
  page.setDefaultTimeout(5 * 60_000);
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const address = server.resolvedUrls!.local[0]!;
  await page.goto(address);
  return {
    page,
    address,
    requests,
    errors,
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
