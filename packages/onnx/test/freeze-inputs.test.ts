import { quantize, seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import type { OnnxOptions } from '../src/onnx-options.js';
import { buildBytes, counting } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

/** Two products, whose weights are inputs too, as exporters of before IR 4 write them. */
const model = (ir = 8) =>
  buildBytes(
    {
      nodes: [
        makeNode({ op: 'MatMul', inputs: ['x', 'first'], outputs: ['t'] }),
        makeNode({ op: 'MatMul', inputs: ['t', 'second'], outputs: ['y'] }),
      ],
      initializers: [counting('first', [32, 32]), counting('second', [32, 32])],
      inputs: { x: [1, 32], first: [32, 32], second: [32, 32] },
      outputs: { y: [1, 32] },
    },
    { ir, opset: ir < 4 ? 8 : 17 },
  );

const written = (options: OnnxOptions, ir?: number) =>
  quantize(onnx(model(ir), options), { weights: plainMinMax, bits: 8 });

const left = (bytes: Uint8Array) => readModel(bytes).proto.graph?.input.map(({ name }) => name);

test.each([{}, { freezeInputs: false }])(
  'weights that are inputs too are left alone with %j, and the remedy says what helps',
  async (options) => {
    await expect(written(options)).rejects.toMatchObject({
      code: 'nothing-to-quantize',
      remedy: expect.stringContaining('freezeInputs: true') as string,
    });
  },
);

test.each<[OnnxOptions['freezeInputs'], string[], string[]]>([
  [true, ['first', 'second'], ['x']],
  [['first'], ['first'], ['x', 'second']],
])('%j become constants, and no inputs any more', async (freezeInputs, weights, inputs) => {
  const { model: result, report } = await written({ freezeInputs: freezeInputs! });
  expect(report.weights.map(({ id }) => id)).toEqual(weights);
  expect(left(result.bytes)).toEqual(inputs);
  const x = noise([1, 32], seededRandom(1));
  const [before, after] = [await runModel(model(), { x }), await runModel(result.bytes, { x })];
  const largest = Math.max(...before.get('y')!.map(Math.abs));
  after.get('y')!.forEach((value, at) => {
    expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.01);
  });
});

test.each(['Mul', 'Sub', 'Div'])(
  'a weight behind %s of inputs that have values has the same remedy',
  async (op) => {
    const bytes = buildBytes({
      nodes: [
        makeNode({ op, inputs: ['w', 's'], outputs: ['v'] }),
        makeNode({ op: 'Transpose', inputs: ['v'], outputs: ['t'] }),
        makeNode({ op: 'MatMul', inputs: ['x', 't'], outputs: ['y'] }),
      ],
      initializers: [counting('w', [48, 32]), counting('s', [48, 1])],
      inputs: { x: [1, 32], w: [48, 32], s: [48, 1] },
      outputs: { y: [1, 48] },
    });
    const run = (options: OnnxOptions) => quantize(onnx(bytes, options), { weights: plainMinMax, bits: 8 });
    await expect(run({})).rejects.toMatchObject({
      code: 'nothing-to-quantize',
      remedy: expect.stringContaining('freezeInputs: true') as string,
    });
    const reasons = inspectModel(readModel(bytes)).skipped.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason !== skipReasons.noWeights)).toEqual([
      skipReasons.overridable,
      skipReasons.overridable,
    ]);
    if (op !== 'Div') expect((await run({ freezeInputs: true })).report.weights).toHaveLength(1);
  },
);

test('inspecting tells what freezing would give, and changes nothing', () => {
  const read = readModel(model());
  const ids = (options?: { freezeInputs: true | string[] }) =>
    inspectModel(read, options).quantizable.map(({ id }) => id);
  expect(ids()).toEqual([]);
  expect(ids({ freezeInputs: ['second'] })).toEqual(['second']);
  const { inputs, quantizable, totalBytes } = inspectModel(read, { freezeInputs: true });
  expect(quantizable.map(({ id }) => id)).toEqual(['first', 'second']);
  expect(inputs.map(({ name }) => name)).toEqual(['x']);
  expect(totalBytes).toBe(model().length);
  expect(ids()).toEqual([]);
  expect(() => ids({ freezeInputs: ['x'] })).toThrow(/have a value in the file/);
});

test('before IR 4 they are constants anyway', async () => {
  const { report } = await written({ freezeInputs: ['second'] }, 3);
  expect(report.weights).toHaveLength(2);
});

test.each([['x'], ['frist']])('%s is no input with a value', async (name) => {
  await expect(written({ freezeInputs: [name] })).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'model.onnx: freezeInputs',
    expected: expect.stringContaining('first, second') as string,
  });
});
