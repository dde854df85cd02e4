import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { packageFile, sqnrDb } from '@lowbit/e2e-real-models';
import { gate, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { chromium, type Page } from 'playwright-core';
import { runMade } from '../structures/run-made.js';
import { halve } from './halve.js';
import { type MadeGraph, madeGraphs } from './made-graphs.js';
import { plainRuns } from './plain-runs.js';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const flags = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Decibels of float that a small graph keeps. */
const least = 45;

/** The made graphs on WebGPU, where float16 is what the GPU computes in. */
export const webgpuPart: Part = {
  name: 'webgpu',
  async measure(tell) {
    const section = { name: 'webgpu', title: 'The same graphs on WebGPU, in headless Chromium' };
    const skip = (reason: string) => ({ ...section, rows: [], gates: [], skipped: [`webgpu: ${reason}`] });
    if (!existsSync(chromiumPath)) return skip(`no Chromium at ${chromiumPath} (CHROMIUM_PATH names one)`);
    const server = await serve();
    const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      if (!(await page.evaluate(hasHalves))) return skip('the adapter of this browser has no shader-f16');
      const rows: Row[] = [];
      const gates: Gate[] = [];
      for (const made of madeGraphs()) {
        tell(made.name);
        const { bytes } = await halve(made.bytes);
        const db = sqnrDb(await runMade(made.bytes, made.runs), await runOn(page, bytes, made.runs));
        rows.push({ graph: made.name, 'dB of float': db });
        gates.push(gate(`${made.name}: dB of float on WebGPU`, db, least));
      }
      return { ...section, rows, gates, skipped: [] };
    } finally {
      await browser.close();
      server.close();
    }
  },
};

const hasHalves = `navigator.gpu?.requestAdapter().then((adapter) => adapter?.features.has('shader-f16') ?? false) ?? false`;

/** Runs a model in the page, which takes it as base64 and its inputs as JSON. */
const run = `async ({ model, runs }) => {
  const ort = await import('/ort.webgpu.bundle.min.mjs');
  ort.env.wasm.wasmPaths = '/';
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['webgpu'] });
  const arrays = { float32: Float32Array, bool: Uint8Array };
  const results = [];
  for (const run of runs) {
    const feeds = Object.entries(run).map(([name, { type, shape, data }]) => [name, new ort.Tensor(type, arrays[type].from(data), shape)]);
    const { y } = await session.run(Object.fromEntries(feeds));
    results.push(Array.from(await y.getData(), (value) => (Number.isFinite(value) ? value : null)));
  }
  return results;
}`;

async function runOn(page: Page, bytes: Uint8Array, runs: MadeGraph['runs']): Promise<Float32Array[]> {
  const given = `{ "model": "${Buffer.from(bytes).toString('base64')}", "runs": ${plainRuns(runs)} }`;
  const results = await page.evaluate<(number | null)[][]>(`(${run})(${given})`);
  return results.map((values) => Float32Array.from(values, (value) => value ?? NaN));
}

/** An empty page, and the runtime. */
async function serve() {
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1);
    if (name === '') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    const type = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return readFile(packageFile('onnxruntime-web', `dist/${name}`)).then(
      (data) => response.writeHead(200, { 'content-type': type }).end(data),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
