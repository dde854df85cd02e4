import { cascade, everywhere, makePlan, quantize, type Recipe } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import cases from '../fixtures/old-operators.json' with { type: 'json' };
import { modelEditor } from '../src/graph/model-editor.js';
import { inspectModel, integerWeights, onnx, openRunnable, readModel, writeModel } from '../src/index.js';
import { raiseOld } from '../src/opset/raise-old.js';
import { obstacle, raiseOpset } from '../src/opset/raise.js';
import { readOrdered } from '../src/read/read-model.js';
import { dynamicOpset, integerOpset, oldestOpset } from '../src/target/versions.js';
import { makeNode } from '../src/graph/make-node.js';
import { buildBytes, counting } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;

interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
type Named = Readonly<Record<string, Values>>;
type Case = (typeof cases)[number];

const bytesOf = ({ model }: Case): Uint8Array => Uint8Array.from(Buffer.from(model, 'base64'));

/** The model as of a later opset, as a file. */
function raised(one: Case, needed: number): Uint8Array {
  const { model, order } = raiseOld(readOrdered(bytesOf(one), one.name));
  expect(obstacle(model, needed)).toBeUndefined();
  const editor = modelEditor(model, { order });
  const later = raiseOpset(model, editor, needed);
  editor.apply();
  expect(later.opset).toBe(Math.max(model.opset, needed));
  return writeModel(later);
}

const inputsOf = ({ inputs }: Case) =>
  Object.fromEntries(
    Object.entries(inputs as unknown as Named).map(([name, { shape, values }]) => [
      name,
      { shape, data: Float32Array.from(values) },
    ]),
  );

async function run(bytes: Uint8Array, one: Case) {
  const runnable = await openRunnable(readModel(bytes), bytes, ort);
  const results = await runnable.run(inputsOf(one));
  await runnable.close();
  return results;
}

async function expectSame(bytes: Uint8Array, one: Case): Promise<void> {
  const results = await run(bytes, one);
  for (const [name, { shape, values }] of Object.entries(one.outputs as unknown as Named)) {
    expect(results[name]!.shape, name).toEqual(shape);
    // Another order of sums, and a softplus or tangent of another library.
    for (const [at, value] of values.entries())
      expect(Math.abs(Number(results[name]!.data[at]) - value)).toBeLessThan(2e-5 * (1 + Math.abs(value)));
  }
}

const named = cases.map((one) => [`${one.name}, opset ${one.opset}`, one] as const);

describe.each([oldestOpset, integerOpset, dynamicOpset])(
  'raised to opset %i, it gives what it gave',
  (needed) => {
    test.each(named)('%s', async (_, one) => expectSame(raised(one, needed), one));
  },
);

const network = cases.find(({ name }) => name === 'A network')!;

/** Of the one output, against what the original gives. */
async function decibels(bytes: Uint8Array): Promise<number> {
  const { y } = await run(bytes, network);
  const { values } = network.outputs.y as Values;
  const sum = (terms: readonly number[]) => terms.reduce((total, term) => total + term * term, 0);
  return 10 * Math.log10(sum(values) / sum(values.map((value, at) => value - Number(y!.data[at]))));
}

const counts = (bytes: Uint8Array) =>
  new Map(inspectModel(readModel(bytes)).operators.map(({ op, count }) => [op, count]));

describe('a network of opset 3', () => {
  const bytes = bytesOf(network);

  test('is inspected and run as it is quantized', async () => {
    const port = onnx(bytes, { ort });
    const ids = (await port.layers()).flatMap(({ weights }) => weights.map(({ id }) => id));
    const { opset, quantizable } = inspectModel(readModel(bytes));
    expect(opset).toBe(3);
    expect(quantizable.map(({ id }) => id)).toEqual(ids);
    expect(ids).toEqual(['w1', 'w2', 'w3']);
    await expectSame(bytes, network);
    for await (const { y } of port.run!([{ inputs: inputsOf(network) }]))
      expect(y!.data[0]).toBeCloseTo((network.outputs.y as Values).values[0]!, 5);
  });

  test('has its weights quantized, at opset 7', async () => {
    const { model } = await quantize(onnx(bytes), { registry, bits: 8 });
    expect(readModel(model.bytes).opset).toBe(7);
    expect(model.bytes.length).toBeLessThan(0.4 * bytes.length);
    expect(await decibels(model.bytes)).toBeGreaterThan(30);
  });

  test('computes in integers, at opset 11', async () => {
    const recipe: Recipe = { registry, bits: 8, activations: 'dynamic' };
    const { model } = await quantize(onnx(bytes, { integers: 'operators' }), recipe);
    expect(readModel(model.bytes).opset).toBe(11);
    expect(counts(model.bytes).get('ConvInteger')).toBeGreaterThan(0);
    expect(await decibels(model.bytes)).toBeGreaterThan(20);
  });
});

test('nodes need not stand in the order in which they run', async () => {
  const nodes = [
    makeNode({ op: 'Add', inputs: ['c', 'b'], outputs: ['y'], attributes: { broadcast: 1, axis: 1 } }),
    makeNode({ op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] }),
  ];
  const bytes = buildBytes(
    {
      nodes,
      initializers: [counting('w', [2, 1, 1, 1]), counting('b', [2])],
      inputs: { x: [1, 1, 1, 2], w: [2, 1, 1, 1], b: [2] },
      outputs: { y: [1, 2, 1, 2] },
    },
    { opset: 6, ir: 3 },
  );
  const port = onnx(bytes, { ort });
  const inputs = { x: { shape: [1, 1, 1, 2], data: Float32Array.of(3, 4) } };
  for await (const { y } of port.run!([{ inputs }])) expect([...y!.data]).toEqual([0, 0, 4, 5]);
});

test('an operator without an equal is named, with what helps; the model is inspected and compared as it is', async () => {
  const own = makeNode({ op: 'Own', domain: 'own', inputs: ['x'], outputs: ['u'] });
  const add = makeNode({
    op: 'Add',
    name: 'shift',
    inputs: ['u', 'x'],
    outputs: ['y'],
    attributes: { broadcast: 1, axis: 0 },
  });
  const model = { nodes: [own, add], inputs: { x: [2] }, outputs: { y: [2, 3] } };
  const bytes = buildBytes(model, { opset: 6, ir: 3, domains: { own: 1 } });
  await expect(onnx(bytes, { name: 'old.onnx' }).layers()).rejects.toMatchObject({
    code: 'model-opset',
    where: expect.stringContaining('old.onnx') as string,
    received: expect.stringContaining(
      'Add of the operator set 6: the file does not tell how many axes',
    ) as string,
    remedy: expect.stringContaining('onnx.shape_inference') as string,
  });
  expect(inspectModel(readModel(bytes)).opset).toBe(6);
});

test('weights of a network that cannot be raised to integers stay as they are without them', async () => {
  // Clip of version 10 takes no constant of type DOUBLE, which nothing here writes.
  const model = buildBytes(
    {
      nodes: [
        makeNode({ op: 'Cast', inputs: ['x'], outputs: ['wide'], attributes: { to: 11 } }),
        makeNode({ op: 'Clip', inputs: ['wide'], outputs: ['cut'], attributes: { max: { float: 4 } } }),
        makeNode({ op: 'Cast', inputs: ['cut'], outputs: ['x1'], attributes: { to: 1 } }),
        makeNode({ op: 'Conv', inputs: ['x1', 'w'], outputs: ['y'] }),
      ],
      initializers: [counting('w', [64, 32, 3, 3])],
      inputs: { x: [1, 32, 34, 34] },
      outputs: { y: [1, 64, 32, 32] },
    },
    { opset: 10, ir: 5 },
  );
  const recipe = (activations?: string) => ({ registry, bits: 8, ...defined({ activations }) });
  const bits = cascade(everywhere(8), integerWeights('absmax', { measuresRanges: true }));
  const port = () => onnx(model, { integers: 'operators' });
  const plain = await makePlan(port(), recipe());
  const refused = await makePlan(port(), { ...recipe('dynamic'), bits });
  expect(refused.plan.weights).toEqual(plain.plan.weights);
  const fixed = await makePlan(port(), recipe('min-max'));
  expect(fixed.plan.weights).not.toEqual(plain.plan.weights);
});
