import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createTensorKernels } from '@lowbit/kernels/tfjs';
import { type LiteRt, litert } from '../rivals/litert.js';
import { onnxruntime, versionOfOnnxruntime } from '../rivals/onnxruntime.js';
import { type BothKernels, type Row, rowOf } from '../row.js';
import type { Work } from '../work.js';
import type { PageFacts } from './facts.js';

let both: BothKernels | undefined;
let liteRt: LiteRt | undefined;

/** What the page is asked for from outside. */
const bench = {
  async start(hasLiteRt: boolean): Promise<PageFacts> {
    setWasmPaths('./tfjs/');
    setThreadsCount(1);
    await tf.setBackend('wasm');
    if (hasLiteRt) liteRt = await loadLiteRt();
    both = { kernels: await createTensorKernels(), twin: await createTensorKernels({ variant: 'scalar' }) };
    const { variant, binary, capabilities, sharesMemory } = both.kernels;
    const versions = { 'tfjs-wasm': version_wasm, 'onnxruntime-web': versionOfOnnxruntime() ?? 'unknown' };
    return { variant, binary, capabilities, isIsolated: crossOriginIsolated, sharesMemory, versions };
  },
  row: (work: Work, rounds: number): Promise<Row> =>
    rowOf(
      work,
      async (one, values) => [
        ...(await onnxruntime(one, values, new URL('./ort/', location.href).href)),
        ...(liteRt ? await litert(liteRt, one, values) : []),
      ],
      both!,
      rounds,
    ),
};

/** It is served beside the page, and found by its import map. */
async function loadLiteRt(): Promise<LiteRt> {
  const name = '@litertjs/core';
  const runtime = (await import(/* @vite-ignore */ name)) as LiteRt & {
    loadLiteRt(path: string): Promise<unknown>;
  };
  await runtime.loadLiteRt('./litert/core/wasm/');
  return runtime;
}

Object.assign(globalThis, { bench });
