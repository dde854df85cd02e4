import { forwardLaws, opsLaws } from '@lowbit/conformance';
import { readFileSync } from 'node:fs';
import { encode, type Quantizer } from '@lowbit/core';
import {
  activationSite,
  arrayOps,
  backwardOf,
  forwardOf,
  siteParameters,
  type FittedSite,
  type Ops,
} from '@lowbit/core/adapter';
import { dorefa, dynamic, hwgq, minMax, registry } from '@lowbit/methods';
import { describe, expect, test } from 'vitest';
import { opsGraph } from '../../test/helpers/ops-graph.js';

/** Every version at which an operator that is used took another form, and the newest that the runtime loads. */
const opsets = [9, 11, 13, 18, 21, 26];

describe.each(opsets)('the interpreter at opset %i', (opset) => {
  const { ops, read } = opsGraph(opset);
  for (const law of opsLaws(ops, read)) test(law.title, law.run);
});

const quantizers = registry.list().filter((plugin): plugin is Quantizer => plugin.kind === 'quantizer');

describe.each(quantizers)('the passes of $name', (quantizer) => {
  const { ops, read } = opsGraph(13);
  const gradient = quantizer.backward === undefined ? 'straight-through' : 'own';
  const laws = forwardLaws(quantizer, ops, read, { gradient });
  // The gradient of dorefa is judged below.
  const judged = laws.filter(({ title }) => quantizer.name !== 'dorefa' || !title.includes('gradient'));
  for (const law of judged) test(law.title, law.run);
});

test.each([1, 2, 4])('the gradient of dorefa at %i bits, where 1 − tanh² leaves few digits', async (bits) => {
  const quantizer = dorefa();
  const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i) * 3);
  const random = () => 0.5;
  const context = { role: 'weight', bits, options: { scale: 'layer' }, random } as const;
  const { scheme } = encode(values, [1, 64], { axes: [0] }, { bits, fit: (x) => quantizer.fit(x, context) });
  const gradient = <T>(ops: Ops<T>) => {
    const parameters = siteParameters(ops, scheme, 1);
    const [x, dy] = [values, values.map(Math.cos)].map((data) => ops.constant({ shape: [1, 64], data }));
    return backwardOf(quantizer)(ops, x!, dy!, { ...context, parameters }).x;
  };
  const expected = gradient(arrayOps).data;
  const { ops, read } = opsGraph(13);
  const { data } = await read(gradient(ops));
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]!)), 0);
  expect(error).toBeLessThan(2 ** -20 * largest);
});

test('rounding without Round is exact for ties, negative numbers and numbers without fractions', async () => {
  const { ops, read } = opsGraph(9);
  const data = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, -0.49999997, 1.4999999, -1.4999999, 2 ** 23 + 1, -0.1, 3e38];
  data.push(2 ** 22 + 0.5, 2 ** 23 - 0.5, Infinity, -Infinity, -3e38);
  const values = { shape: [data.length], data };
  expect((await read(ops.round(ops.constant(values)))).data).toEqual(
    arrayOps.round(arrayOps.constant(values)).data.map((value) => value + 0),
  );
});

test('means of many equal values are exact', async () => {
  const { ops, read } = opsGraph(13);
  const data = new Float32Array(20_000).fill(2.2);
  expect((await read(ops.mean(ops.constant({ shape: [1, data.length], data }), [1]))).data[0]).toBe(data[0]);
});

interface Recorded {
  scale: number;
  zeroPoint: number;
  x: number[];
  y: number[];
}

/** What onnxruntime's own operators give, recorded by the script beside it. */
const recorded = new URL('../../../core/fixtures/quantize-linear.json', import.meta.url);
const golden = JSON.parse(readFileSync(recorded, 'utf8')) as Record<'static' | 'dynamic', Recorded[]>;

describe.each([9, 13])('activations at opset %i', (opset) => {
  const { ops, read } = opsGraph(opset);
  const run = async (site: FittedSite, x: readonly number[]) => {
    const input = ops.constant({ shape: [1, x.length], data: x });
    const { data } = await read(forwardOf(site.quantizer)(ops, input, activationSite(ops, site)));
    // Adding 0 makes -0 of the arithmetic 0.
    return [...data].map((value) => value + 0);
  };
  const siteOf = (quantizer: Quantizer) => ({ id: 'x', bits: 8, options: {}, quantizer });

  test('ties are those of QuantizeLinear', async () => {
    for (const { scale, zeroPoint, x, y } of golden.static) {
      const parameters = { kind: 'affine', levels: 256, scale, offset: -zeroPoint * scale } as const;
      expect(await run({ ...siteOf(minMax()), parameters }, x)).toEqual(y.map((value) => value + 0));
    }
  });

  test('ties of measured ranges are those of DynamicQuantizeLinear', async () => {
    for (const { x, y } of golden.dynamic)
      expect(await run(siteOf(dynamic()), x)).toEqual(y.map((value) => value + 0));
  });

  test('infinities become the outermost levels, of codebooks too', async () => {
    const x = [-Infinity, -3e38, 3e38, Infinity];
    const parameters = { kind: 'affine', levels: 4, scale: 0.01, offset: -0.01 } as const;
    const codebook = { kind: 'codebook', values: Float32Array.of(0, 1, 4) } as const;
    const [low, high] = [-0.01, 0.02].map(Math.fround);
    expect(await run({ ...siteOf(minMax()), parameters }, x)).toEqual([low, low, high, high]);
    expect(await run({ ...siteOf(hwgq()), parameters: codebook }, x)).toEqual([0, 0, 4, 4]);
  });
});
