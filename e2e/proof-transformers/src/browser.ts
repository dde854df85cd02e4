import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';
import { installedFile } from '@lowbit/e2e-real-models/proof';
import { chromium } from 'playwright-core';
import type { Subject } from './models.js';

const version = '4.3.2';
const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** What transformers.js makes of a folder. */
export interface Loaded {
  /** The dtypes that it lists. */
  readonly dtypes: readonly string[];
  /** The compared output by dtype; that of none is under `default`. Texts are errors. */
  readonly outputs: Readonly<Record<string, readonly number[] | string>>;
}

/** The page: loads every dtype of a model by transformers.js, on WebAssembly. */
const page = `<!doctype html><script type="module">
import { AutoModel, AutoModelForCausalLM, AutoModelForImageClassification, ModelRegistry, Tensor, env } from './transformers.min.js';
Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/models/' });
Object.assign(env.backends.onnx.wasm, { wasmPaths: '/', numThreads: 1 });
const kinds = { gpt2: AutoModelForCausalLM, vit: AutoModelForImageClassification };
const arrays = { int64: (data) => BigInt64Array.from(data, BigInt), float32: (data) => Float32Array.from(data) };
globalThis.load = async ({ name, type, feeds, output, asked }) => {
  const outputs = {};
  for (const dtype of [undefined, ...asked]) {
    try {
      const model = await (kinds[type] ?? AutoModel).from_pretrained(name, { device: 'wasm', ...(dtype && { dtype }) });
      const given = Object.fromEntries(
        Object.entries(feeds).map(([key, { type, shape, data }]) => [key, new Tensor(type, arrays[type](data), shape)]),
      );
      const made = await model(given);
      outputs[dtype ?? 'default'] = [...made[output].data];
      await model.dispose();
    } catch (error) {
      outputs[dtype ?? 'default'] = String(error);
    }
  }
  return { dtypes: await ModelRegistry.get_available_dtypes(name, { local_files_only: true }), outputs };
};
</script>`;

/** Why there is no transformers.js to load with; else its bundle, which is installed once. */
export function transformersJs(
  cache: string,
): { readonly bundle: string; readonly missing?: undefined } | { readonly missing: string } {
  if (!existsSync(chromiumPath))
    return { missing: `no Chromium at ${chromiumPath} (CHROMIUM_PATH names one)` };
  const bundle = installedFile(cache, `@huggingface/transformers@${version}`, 'dist/transformers.min.js');
  return bundle === undefined
    ? { missing: `@huggingface/transformers@${version} cannot be installed` }
    : { bundle };
}

/** Serves folders of models in `site/models`, and loads each. */
export async function loadAll(
  site: string,
  bundle: string,
  models: readonly Subject[],
  asked: readonly string[],
): Promise<readonly Loaded[]> {
  copyFileSync(bundle, join(site, 'transformers.min.js'));
  const runtime = join(dirname(bundle), '../../../onnxruntime-web/dist');
  for (const file of readdirSync(runtime).filter((name) => /^ort-wasm.*\.(wasm|mjs)$/.test(name)))
    copyFileSync(join(runtime, file), join(site, file));
  writeFileSync(join(site, 'index.html'), page);
  const server = await serve(site);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(0);
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction('globalThis.load !== undefined');
    const loaded: Loaded[] = [];
    for (const { name, config, feeds, output } of models) {
      const { model_type: type } = config as { readonly model_type: string };
      const given = JSON.stringify({ name, type, feeds, output, asked });
      loaded.push(await tab.evaluate(`globalThis.load(${given})`));
    }
    return loaded;
  } finally {
    await browser.close();
    server.close();
  }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

async function serve(root: string) {
  const server = createServer(({ url = '/', method }, response) => {
    const path = normalize(decodeURIComponent(url.replace(/\?.*$/, '')));
    const file = join(root, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    const data = readFileSync(file);
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': data.length });
    return response.end(method === 'HEAD' ? undefined : data);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
