import { quantize } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { test } from 'vitest';
import { onnx } from '../src/index.js';
import { registry } from '../src/register.js';
import { letters } from './helpers/letters.js';
import { realBytes } from './helpers/real-models.js';
test('x', async () => {
  ort.env.wasm.numThreads = 1;
  const bytes = realBytes('detector');
  const port = onnx(bytes, { ort });
  const calibration = await port.observe!([1, 2, 3].map((s) => letters(s, 160, 192)));
  const out = async (b: Uint8Array) => { for await (const o of onnx(b, { ort }).run!([letters(4, 160, 192)])) return Object.values(o)[0]!.data; };
  const a = (await out(bytes))!;
  const e = (v: Float32Array) => v.reduce((s, x) => s + x * x, 0);
  const db = async (b: Uint8Array) => { const o = (await out(b))!; return (10 * Math.log10(e(a) / e(a.map((v, i) => v - o[i]!)))).toFixed(1); };
  console.log('weights', await db((await quantize(port, { bits: 8, registry })).model.bytes));
  for (const [name, bits] of [['min-max', 8], ['dynamic', 8], ['min-max', 6], ['min-max', 4], ['percentile', 4], ['mse', 4], ['ul2q', 4], ['hwgq:cell=nearest,levels=non-uniform', 4], ['dorefa', 4], ['horq', 4], ['horq:scope=sample', 4], ['horq', 2], ['xnor', 1]] as const) {
    const { model } = await quantize(port, { bits: 8, registry, activations: name, activationBits: bits, calibration });
    console.log(name, bits, await db(model.bytes));
  }
}, 300000);
