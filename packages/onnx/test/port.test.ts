import { parsePlan, quantize, registry, seededRandom, type QuantizedTensor, type Recipe } from '@lowbit/core';
import { resolvePlan } from '@lowbit/core/method';
import { describe, expect, test } from 'vitest';
import { metadataKeys, onnx, type OnnxOptions } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { createEntry, DataType, type NodeProto, serializeModel } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph, buildProto } from './helpers/build-model.js';
import { caught } from './helpers/caught.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { boolean, noise, runModel } from './helpers/run-model.js';

const weight = (name: string, dims: readonly number[]) => {
  const random = seededRandom(name.length);
  const count = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: count }, () => 2 * random() - 1),
  );
};

const matMul = (weightName: string, input: string, output: string) =>
  makeNode({ op: 'MatMul', inputs: [input, weightName], outputs: [output] });

const oneWeight = (versions = {}) =>
  buildBytes(
    {
      nodes: [matMul('w', 'x', 'y')],
      initializers: [weight('w', [40, 30])],
      inputs: { x: [2, 40] },
      outputs: { y: [2, 30] },
    },
    versions,
  );

/** The plan that stands in a file's metadata, but for the layers, which the model tells. */
const planIn = (held: ReadonlyMap<string, string>, key: string) => {
  const plan = parsePlan(JSON.parse(held.get(key)!), key);
  return {
    ...plan,
    weights: plan.weights.map((entry) => ({ ...entry, layer: expect.anything() as string })),
  };
};

const run = (bytes: Uint8Array, recipe: Partial<Recipe> = {}, options: OnnxOptions = {}) =>
  quantize(onnx(bytes, options), { weights: plainMinMax, ...recipe });

describe('a written file', () => {
  test('is the same for the same input, and the input is untouched', async () => {
    const bytes = oneWeight();
    const before = bytes.slice();
    const port = onnx(bytes);
    const written = await Promise.all([1, 2].map(() => quantize(port, { weights: plainMinMax, bits: 4 })));
    expect(written[0]!.model.bytes).toEqual(written[1]!.model.bytes);
    expect((await run(bytes, { bits: 4 })).model.bytes).toEqual(written[0]!.model.bytes);
    expect(bytes).toEqual(before);
  });

  test('tells its plan and provenance, once', async () => {
    const first = await run(oneWeight(), { bits: 4 }, { name: 'small.onnx' });
    const proto = readModel(first.model.bytes).proto;
    const held = new Map(proto.metadataProps.map(({ key, value }) => [key, value]));
    expect(planIn(held, metadataKeys.plan)).toEqual(first.plan);
    const { source, tool } = JSON.parse(held.get(metadataKeys.provenance)!);
    expect([tool, source]).toEqual(['lowbit', { name: 'small.onnx', bytes: oneWeight().length }]);
  });

  test('keeps the metadata it does not own and replaces its own', async () => {
    const { proto } = readModel(oneWeight());
    proto.metadataProps = [createEntry(metadataKeys.plan, 'old'), createEntry('author', 'someone')];
    const { model } = await run(serializeModel(proto, 'test'));
    const keys = readModel(model.bytes).proto.metadataProps.map(({ key, value }) =>
      value === 'old' ? 'old' : key,
    );
    expect(keys).toEqual(['author', metadataKeys.plan, metadataKeys.provenance]);
  });

  test('keeps the records of an earlier run beside its own', async () => {
    const first = await run(oneWeight(), { bits: 4 }, { name: 'first.onnx' });
    const proto = readModel(first.model.bytes).proto;
    proto.graph!.node.push(matMul('v', 'x', 'z'));
    proto.graph!.initializer.push(weight('v', [40, 30]));
    const second = await run(serializeModel(proto, 'test'), { bits: 8 }, { name: 'second.onnx' });
    const held = new Map(
      readModel(second.model.bytes).proto.metadataProps.map(({ key, value }) => [key, value]),
    );
    expect(planIn(held, `${metadataKeys.plan}.1`)).toEqual(first.plan);
    expect(planIn(held, metadataKeys.plan)).toEqual(second.plan);
    const names = [`${metadataKeys.provenance}.1`, metadataKeys.provenance].map(
      (key) => JSON.parse(held.get(key)!).source.name,
    );
    expect(names).toEqual(['first.onnx', 'second.onnx']);
    expect(second.plan.weights.map(({ id }) => id)).toEqual(['v']);
  });

  test('states its sizes', async () => {
    const { model, report } = await run(oneWeight());
    expect(report.modelBytes).toEqual({ before: oneWeight().length, after: model.bytes.length });
    expect(report.weights[0]!.sizes.memory).toBe(4 * 40 * 30);
    const metadata = readModel(model.bytes).proto.metadataProps.reduce(
      (sum, { key, value }) => sum + key.length + value.length,
      0,
    );
    const rest = oneWeight().length - 4 * 40 * 30;
    expect(report.weights[0]!.sizes.stored).toBeLessThanOrEqual(model.bytes.length - metadata);
    expect(report.weights[0]!.sizes.stored).toBeGreaterThan(model.bytes.length - metadata - rest - 30);
  });

  test('has names of its own', async () => {
    const bytes = buildBytes({
      nodes: [matMul('w', 'q0.codes', 'q_.1'), makeNode({ op: 'Relu', inputs: ['q_.1'], outputs: ['q0'] })],
      initializers: [weight('w', [40, 30])],
      inputs: { 'q0.codes': [2, 40] },
      outputs: { q0: [2, 30] },
    });
    const { graph } = readModel((await run(bytes, { bits: 4 })).model.bytes).proto;
    const added = [
      ...graph!.initializer,
      ...graph!.node.flatMap(({ output }) => output.map((name) => ({ name }))),
    ];
    const fresh = added.map(({ name }) => name).filter((name) => !['w', 'q_.1', 'q0'].includes(name));
    expect(fresh.length).toBeGreaterThan(5);
    expect(fresh.filter((name) => !/^q__[\d.]/.test(name))).toEqual([]);
  });

  test('keeps versions, and imports the runtime operators only where they are used', async () => {
    const domains = async (bytes: Uint8Array, optimize: 'speed' | 'memory') => {
      const { model } = await run(bytes, {}, { optimize });
      const read = readModel(model.bytes);
      return [read.opset, read.ir, [...read.domains.keys()].join()];
    };
    const old = oneWeight({ opset: 11, ir: 6 });
    const own = oneWeight({ opset: 11, ir: 6, domains: { 'com.microsoft': 1 } });
    expect(await domains(old, 'speed')).toEqual([11, 6, 'ai.onnx']);
    expect(await domains(old, 'memory')).toEqual([11, 6, 'ai.onnx,com.microsoft']);
    expect(await domains(own, 'memory')).toEqual([11, 6, 'ai.onnx,com.microsoft']);
    expect(await domains(oneWeight({ opset: 13 }), 'memory')).toEqual([13, 8, 'ai.onnx']);
  });
});

describe('a weight', () => {
  test('of a file of IR 3 is no graph input any more, and the report says so', async () => {
    const bytes = buildBytes(
      {
        nodes: [matMul('w', 'x', 'y')],
        initializers: [weight('w', [40, 30])],
        inputs: { x: [2, 40], w: [40, 30] },
        outputs: { y: [2, 30] },
      },
      { opset: 8, ir: 3 },
    );
    const { model, report } = await run(bytes, { bits: 4 });
    const { proto, ir } = readModel(model.bytes);
    expect(proto.graph!.input.map(({ name }) => name)).toEqual(['x']);
    // Constants of integers are initializers up to opset 8, which stand alone from IR 4 on.
    expect(ir).toBe(4);
    expect(proto.graph!.initializer.length).toBeGreaterThan(0);
    expect(proto.graph!.node.filter(({ opType }) => opType === 'Constant')).toEqual([]);
    expect(report.weights[0]!.storageReason).toContain('no longer a graph input');
    await runModel(model.bytes, { x: noise([2, 40], seededRandom(1)) });
  });

  test('that was no graph input is not said to be one no longer', async () => {
    for (const ir of [3, 7]) {
      const parts = {
        nodes: [matMul('w', 'x', 'v'), matMul('u', 'v', 'y')],
        initializers: [weight('w', [40, 30]), weight('u', [30, 30])],
        inputs: { x: [2, 40], ...(ir === 3 ? { w: [40, 30], u: [30, 30] } : {}) },
        outputs: { y: [2, 30] },
      };
      const { report } = await run(buildBytes(parts, { opset: 8, ir }), { bits: 4 });
      const told = report.weights.map(({ storageReason }) => storageReason.includes('graph input'));
      expect(told).toEqual([ir === 3, ir === 3]);
    }
  });

  test('that would not become smaller is left as it was, with the reason', async () => {
    const bytes = buildBytes({
      nodes: [matMul('w', 'x', 'y')],
      initializers: [weight('w', [4, 4])],
      inputs: { x: [2, 4] },
      outputs: { y: [2, 4] },
    });
    const { model, report } = await run(bytes);
    expect(report.weights).toEqual([]);
    const left = report.skipped.find(({ subject }) => subject === 'w')!;
    expect(left.reason).toMatch(/left as it was: .* take \d+ bytes in the file instead of \d+/);
    expect(readModel(model.bytes).proto.graph!.initializer.map(({ name }) => name)).toEqual(['w']);
  });

  test('in a branch is replaced in that branch', async () => {
    const constant = (tensor: ReturnType<typeof weight>): NodeProto =>
      makeNode({ op: 'Constant', inputs: [], outputs: [tensor.name], attributes: { value: { tensor } } });
    const then = buildGraph({
      name: 'then',
      nodes: [
        makeNode({ op: 'Relu', inputs: ['x'], outputs: ['r'] }),
        constant(weight('a', [40, 30])),
        matMul('a', 'r', 'ya'),
      ],
      outputs: { ya: [2, 30] },
    });
    const otherwise = buildGraph({
      name: 'else',
      nodes: [matMul('b', 'x', 'yb')],
      initializers: [weight('b', [40, 30])],
      outputs: { yb: [2, 30] },
    });
    const attributes = { then_branch: { graph: then }, else_branch: { graph: otherwise } };
    const bytes = serializeModel(
      buildProto(
        buildGraph({
          nodes: [makeNode({ op: 'If', inputs: ['c'], outputs: ['y'], attributes })],
          inputs: { c: [], x: [2, 40] },
          types: { c: DataType.BOOL },
          outputs: { y: [2, 30] },
        }),
      ),
      'test',
    );
    for (const optimize of ['speed', 'memory'] as const) {
      const { model, report } = await run(bytes, { bits: 8 }, { optimize });
      expect(report.weights.map(({ form }) => form)).not.toContain('float');
      const { graph } = readModel(model.bytes).proto;
      expect([graph!.node.length, graph!.initializer.length]).toEqual([1, 0]);
      for (const c of [true, false]) {
        const feeds = () => ({ c: boolean(c), x: noise([2, 40], seededRandom(1)) });
        const [before, after] = [await runModel(bytes, feeds()), await runModel(model.bytes, feeds())];
        after.get('y')!.forEach((value, i) => expect(value).toBeCloseTo(before.get('y')![i]!, 1));
      }
    }
  });
});

describe('the port', () => {
  test('refuses tensors that are not of its model', async () => {
    const tensor: QuantizedTensor = {
      shape: [2, 2],
      slicing: 'tensor',
      bits: 8,
      codes: new Uint8Array(4),
      scheme: { kind: 'affine', levels: 256, scale: Float32Array.of(1) },
      parameterStorage: 'float32',
    };
    const { plan } = await run(oneWeight());
    const port = onnx(oneWeight());
    const id = plan.weights[0]!.id;
    const { resolved } = resolvePlan(plan, await port.layers(), registry([plainMinMax]), port.supports);
    for (const held of ['other', id]) {
      const writer = port.write({ ...resolved, activations: new Map(), floatSites: new Map() });
      await expect((async () => writer.add(held, tensor))()).rejects.toMatchObject({ code: 'plan-mismatch' });
    }
  });

  test('refuses an unknown aim', () => {
    expect(caught(() => onnx(oneWeight(), { optimize: 'size' as 'speed' })).code).toBe('unsupported-option');
  });
});
