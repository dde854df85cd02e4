import { quantize, seededRandom, type Batch } from '@lowbit/core';
import { absmax, dynamic, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const [hidden, outputs, steps] = [64, 192, 6];

/** Whole numbers from −128 to 127, with both ends among the first values. */
function whole(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const ends = [-128, 127];
  return Float32Array.from({ length: count }, (_, at) => ends[at] ?? Math.floor(256 * random()) - 128);
}

/** Integers of one scale a column, of which the first row has the largest. */
function weights(): Float32Array {
  return whole(hidden * outputs, 3).map((value, at) => {
    const scale = (1 + (at % outputs) / outputs) / 2048;
    return scale * (at < outputs ? 127 : Math.max(-127, value));
  });
}

interface Made {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly more?: readonly string[];
  readonly gives?: readonly string[];
  readonly bias?: boolean;
}

function attentionBytes({ attributes = {}, more = [], gives = [], bias = true }: Made = {}): Uint8Array {
  const initializers = [
    makeTensor('w', DataType.FLOAT, [hidden, outputs], weights()),
    makeTensor(
      'b',
      DataType.FLOAT,
      [outputs],
      whole(outputs, 4).map((value) => value / 128),
    ),
    makeTensor('mask', DataType.INT32, [2, steps], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]),
    makeTensor(
      'extra',
      DataType.FLOAT,
      [2, 4, steps, steps],
      whole(8 * steps * steps, 5).map((value) => value / 64),
    ),
  ];
  const inputs = ['x', 'w', bias ? 'b' : '', ...more];
  const domain = 'com.microsoft';
  return buildBytes(
    {
      nodes: [
        makeNode({
          op: 'Attention',
          domain,
          inputs,
          outputs: ['y', ...gives],
          attributes: { num_heads: 4, ...attributes },
        }),
      ],
      initializers: initializers.filter(({ name }) => inputs.includes(name)),
      inputs: { x: [2, steps, hidden] },
      outputs: { y: [2, steps, hidden] },
    },
    { domains: { [domain]: 1 } },
  );
}

const batch: Batch = {
  inputs: { x: { shape: [2, steps, hidden], data: whole(2 * steps * hidden, 6).map((value) => value / 64) } },
};

async function run(bytes: Uint8Array): Promise<Float32Array> {
  for await (const given of onnx(bytes, { ort }).run!([batch])) return Float32Array.from(given.y!.data);
  throw new Error('nothing ran');
}

async function inIntegers(bytes: Uint8Array, integers: 'operators' | 'qdq', ranges: 'fixed' | 'measured') {
  const port = onnx(bytes, { ort, integers });
  const activations = ranges === 'fixed' ? minMax() : dynamic();
  const calibration = ranges === 'fixed' ? { calibration: await port.observe!([batch]) } : {};
  const { model, report } = await quantize(port, { weights: absmax(), bits: 8, activations, ...calibration });
  return { bytes: model.bytes, row: report.weights[0]! };
}

describe.each<Made>([{}, { more: ['mask'] }, { attributes: { unidirectional: 1 } }])(
  'attention %o',
  (made) => {
    test.each([
      ['operators', 'fixed'],
      ['operators', 'measured'],
      ['qdq', 'fixed'],
      ['qdq', 'measured'],
    ] as const)(
      'gives the same where its numbers are integers already: %s, %s ranges',
      async (integers, ranges) => {
        const bytes = attentionBytes(made);
        const { bytes: written, row } = await inIntegers(bytes, integers, ranges);
        expect(row.form).toBe('QAttention');
        expect(row.error!.sqnrDb).toBeGreaterThan(120);
        expect(row.storageReason.includes('instead of qdq')).toBe(integers === 'qdq');
        const [expected, actual] = [await run(bytes), await run(written)];
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expected.forEach((value, at) => expect(Math.abs(actual[at]! - value)).toBeLessThan(1e-4 * largest));
        expect(written.length).toBeLessThan(0.4 * bytes.length);
      },
    );
  },
);

test.each<[Made, string]>([
  [{ attributes: { scale: { float: 0.5 } } }, 'QAttention has no scale'],
  [{ attributes: { qkv_hidden_sizes: [64, 64, 64] } }, 'QAttention has no qkv_hidden_sizes'],
  [{ bias: false }, 'QAttention needs a bias'],
  [{ more: ['', '', 'extra'] }, 'attention with attention_bias stays as it is'],
  [{ gives: ['present'] }, 'gives its keys and values'],
])('attention that has no integer form says why: %o', async (made, why) => {
  const bytes = attentionBytes(made);
  const { bytes: written, row } = await inIntegers(bytes, 'operators', 'measured');
  expect(row.form).not.toBe('QAttention');
  expect(row.storageReason).toContain(why);
  // The runtime itself wants a bias.
  if (made.bias !== false) expect((await run(written)).length).toBe((await run(bytes)).length);
});
