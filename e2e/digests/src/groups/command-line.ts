import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { commandLine, fileSystem, save } from '../doors.js';
import type { Group } from '../item.js';
import { graphArtifacts } from '../models/graph-models.js';
import { imageModel } from '../models/layers-models.js';
import { noise } from '../models/made-model.js';
import { convolutional, wide } from '../models/onnx-layers.js';
import { besides } from '../models/onnx-structures.js';

/** Command lines, run in this order in one folder. */
const commands: readonly string[] = [
  'methods',
  'inspect conv.onnx',
  'inspect besides.onnx',
  'quantize conv.onnx --report q8.html',
  'quantize conv.onnx --bits 4 --granularity group:32 --optimize memory --first-last 8 -o memory.onnx',
  'quantize conv.onnx --weights ul2q:lambda=paper --bits progressive:from=8,to=2 --parameters float16 -o policy.onnx',
  'quantize besides.onnx --bits 4 --external -o outside.onnx --no-measure',
  'quantize wide.onnx --activations dynamic -o dynamic.onnx',
  'quantize wide.onnx --activations mse --calibrate x.jsonl --save-calibration statistics.json -o static.onnx',
  'quantize wide.onnx --activations percentile --calibration statistics.json -o again.onnx',
  'quantize wide.onnx --activations min-max --calibrate x.jsonl --integers qdq -o qdq.onnx',
  'quantize conv.onnx --plan plan.json -o planned.onnx',
  'quantize conv.onnx --bits 17',
  'quantize absent.onnx',
  'compare conv.onnx conv_q8.onnx --rounds 0',
  'compare wide.onnx qdq.onnx --rounds 0 --input x.jsonl',
  'inspect image',
  'inspect graph',
  'quantize image --bits 4 --parameters two-level:6 -o image4 --report image.html',
  'quantize image --format plain --rest float16 -o plain',
  'quantize graph --weights slq --bits 3 -o graph3',
  'quantize image --activations min-max --calibrate nhwc.jsonl -o activations',
  'inspect image4',
  'compare image image4 --rounds 0',
];

/** What the commands print as JSON, and the files they write. */
export const commandLines: Group = {
  name: 'command line',
  async *items() {
    await tf.setBackend('cpu');
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'lowbit-digests-')));
    try {
      await writeInputs(folder);
      const written = new Set(await filesIn(folder));
      for (const command of commands) {
        const { status, stdout } = await run(folder, [...command.split(' '), '--json']);
        const files = (await filesIn(folder)).filter((file) => !written.has(file));
        for (const file of files) written.add(file);
        const contents = files.map(async (file) => [file, await contentOf(join(folder, file))] as const);
        yield {
          name: command,
          content: {
            status,
            document: plain(JSON.parse(stdout), folder),
            files: await Promise.all(contents),
          },
        };
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** The bytes of a file; a page without its verdict, which pages began to tell later. */
async function contentOf(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (!path.endsWith('.html')) return bytes;
  return Buffer.from(bytes.toString('utf8').replace(/<div class="card verdict">.*?<\/ul><\/div>/s, ''));
}

async function writeInputs(folder: string): Promise<void> {
  const { files, bytes } = besides(17);
  const { data } = noise([2, 3, 8, 8], 3);
  const rows = (name: string, shape: readonly number[]) =>
    [0, 1]
      .map((at) => `${JSON.stringify({ [name]: nested(data.slice(at * 192, at * 192 + 192), shape) })}\n`)
      .join('');
  const plan = {
    ...{ format: 'lowbit-plan', version: 1, port: 'onnx', seed: 3 },
    weights: [{ id: 'last.w', layer: 'Gemm of y', bits: 'float', reason: 'by hand' }],
  };
  const all: Readonly<Record<string, string | Uint8Array>> = {
    'conv.onnx': convolutional(17).bytes,
    'wide.onnx': wide(17).bytes,
    'besides.onnx': bytes,
    ...files,
    'x.jsonl': rows('x', [3, 8, 8]),
    'nhwc.jsonl': rows('conv_input', [8, 8, 3]),
    'plan.json': JSON.stringify(plan),
  };
  for (const [name, content] of Object.entries(all)) await writeFile(join(folder, name), content);
  const model = imageModel();
  await save(model, fileSystem(join(folder, 'image')));
  model.dispose();
  await fileSystem(join(folder, 'graph')).save(graphArtifacts());
}

/** A flat list as nested ones. */
function nested(values: readonly number[], [first = 1, ...rest]: readonly number[]): unknown {
  if (rest.length === 0) return values;
  const each = values.length / first;
  return Array.from({ length: first }, (_, i) => nested(values.slice(i * each, (i + 1) * each), rest));
}

function run(cwd: string, args: readonly string[]): Promise<{ status: number | null; stdout: string }> {
  const child = spawn(process.execPath, [commandLine, ...args], { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status) => resolve({ status, stdout }));
  });
}

/** The document without what depends on the place and the release, and what to do next, which it began to tell later; an error is known by its code. */
function plain(document: object, folder: string): unknown {
  if ('error' in document) return { error: (document.error as { code: string }).code };
  return JSON.parse(
    JSON.stringify({ ...document, next: undefined }).replaceAll(JSON.stringify(folder).slice(1, -1), '.'),
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
