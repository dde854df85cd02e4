import { createTensorKernels } from '@lowbit/kernels/tfjs';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Measured } from './place.js';
import { onnxruntime, versionOfOnnxruntime } from './rivals/onnxruntime.js';
import { type Row, rowOf } from './row.js';
import type { Work } from './work.js';

/** Times layers in this process. */
export async function measureInNode(
  works: readonly Work[],
  { rounds, tell }: { readonly rounds: number; readonly tell: (text: string) => void },
): Promise<Measured> {
  await tf.setBackend('wasm');
  const both = {
    kernels: await createTensorKernels(),
    twin: await createTensorKernels({ variant: 'scalar' }),
  };
  const rows: Row[] = [];
  for (const work of works) {
    tell(`Node: ${work.name}`);
    rows.push(await rowOf(work, (one, values) => onnxruntime(one, values), both, rounds));
  }
  const { variant, binary, capabilities, sharesMemory } = both.kernels;
  const versions = { 'tfjs-wasm': version_wasm, 'onnxruntime-web': versionOfOnnxruntime() ?? 'unknown' };
  const engine = `Node ${process.version}, V8 ${process.versions.v8}`;
  const facts = { engine, variant, binary, capabilities, isIsolated: false, sharesMemory, versions };
  return { place: 'node', facts, rows };
}
