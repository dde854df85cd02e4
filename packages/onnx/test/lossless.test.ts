import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { readModel } from '../src/read/read-model.js';
import { subgraphsOf } from '../src/model/subgraphs.js';
import type { GraphProto, ModelProto } from '../src/schema/proto.js';
import { writeModel } from '../src/model/write-model.js';
import { realBytes, type RealModel } from './helpers/real-models.js';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const rewritten = (bytes: Uint8Array) => writeModel(readModel(bytes, 'm'));
const names: RealModel[] = ['detector', 'recognizer', 'classifier', 'sileroLegacy', 'silero'];

/** Every message below a value, with its path. */
function* messages(value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if ('$typeName' in value) yield [path, value as Record<string, unknown>];
  for (const [key, child] of Object.entries(value)) yield* messages(child, `${path}/${key}`);
}

/** Own fields of a message that are values, not messages. */
function ownValues(message: Record<string, unknown>): [string, unknown][] {
  const holdsMessages = (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    JSON.stringify(Object.keys(value)) !== '[]' &&
    !(Array.isArray(value) && typeof value[0] !== 'object');
  return Object.entries(message).filter(([, value]) => !holdsMessages(value));
}

describe.each(names)('%s', (name) => {
  const bytes = realBytes(name);

  it('keeps every field of every message', () => {
    const before = [...messages(readModel(bytes, 'm').proto)];
    const after = [...messages(readModel(rewritten(bytes), 'm').proto)];
    expect(after.length).toBe(before.length);
    for (const [index, [path, message]] of before.entries()) {
      const [otherPath, other] = after[index] as [string, Record<string, unknown>];
      expect(otherPath).toBe(path);
      const [left, right] = [ownValues(message), ownValues(other)];
      expect(right.map(([key]) => key)).toEqual(left.map(([key]) => key));
      for (const [at, [key, value]] of left.entries()) {
        const [, kept] = right[at] as [string, unknown];
        if (ArrayBuffer.isView(value))
          expect(Buffer.compare(value as Uint8Array, kept as Uint8Array), `${path}/${key}`).toBe(0);
        else expect(kept, `${path}/${key}`).toEqual(value);
      }
    }
  });

  it('keeps the bytes, since exporters write fields in the order of their numbers', () => {
    expect(Buffer.compare(rewritten(bytes), bytes)).toBe(0);
  });

  it('keeps unknown fields that are put on every level', () => {
    const model = readModel(bytes, 'm');
    const count = inject(model.proto);
    expect(count).toBeGreaterThan(100);
    const found = [...messages(readModel(writeModel(model), 'm').proto)].filter(([, message]) => {
      const [unknown] = (message['$unknown'] ?? []) as { no: number; data: Uint8Array }[];
      return unknown?.no === 5000 && [...unknown.data].join() === '3,7,8,9';
    });
    expect(found.length).toBe(count);
  });
});

/** Puts an unknown field on the model, its graphs, nodes, attributes and tensors. */
function inject(proto: ModelProto): number {
  let count = 0;
  const mark = (message: { $unknown?: unknown } | undefined) => {
    if (message === undefined) return;
    message.$unknown = [{ no: 5000, wireType: 2, data: Uint8Array.of(3, 7, 8, 9) }];
    count++;
  };
  const walk = (graph: GraphProto): void => {
    for (const message of [graph, ...graph.input, ...graph.initializer, ...graph.node]) mark(message);
    for (const node of graph.node) {
      for (const attribute of node.attribute) for (const message of [attribute, attribute.t]) mark(message);
      for (const { graph: inner } of subgraphsOf(node)) walk(inner);
    }
  };
  mark(proto);
  walk(proto.graph as GraphProto);
  return count;
}

/** Fixed inputs that are no silence and no constant. */
const wave = (count: number) => Float32Array.from({ length: count }, (_, index) => Math.sin(index / 7) * 0.5);

const inputs: Record<string, () => Record<string, ort.Tensor>> = {
  detector: () => ({ x: new ort.Tensor('float32', wave(3 * 64 * 96), [1, 3, 64, 96]) }),
  recognizer: () => ({ x: new ort.Tensor('float32', wave(3 * 48 * 96), [1, 3, 48, 96]) }),
  silero: () => ({
    input: new ort.Tensor('float32', wave(512), [1, 512]),
    state: new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]),
    sr: new ort.Tensor('int64', [16000n], []),
  }),
};

describe.each(Object.keys(inputs) as RealModel[])('%s in onnxruntime-web', (name) => {
  it('gives the same outputs bit for bit, also with unknown fields', async () => {
    const bytes = realBytes(name);
    const model = readModel(bytes, 'm');
    inject(model.proto);
    const [before, after] = [await run(name, bytes), await run(name, writeModel(model))];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [key, value] of Object.entries(before))
      expect(Buffer.compare(value, after[key] as Uint8Array)).toBe(0);
  });
});

async function run(name: RealModel, bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const given = inputs[name]?.() ?? {};
  if (name !== 'silero') given[session.inputNames[0] as string] = Object.values(given)[0] as ort.Tensor;
  const feeds = Object.fromEntries(session.inputNames.map((key) => [key, given[key] as ort.Tensor]));
  const results = await session.run(feeds);
  const bytesOf = ({ data }: ort.Tensor) => {
    const { buffer, byteOffset, byteLength } = data as Float32Array;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  };
  const outputs = Object.fromEntries(Object.entries(results).map(([key, tensor]) => [key, bytesOf(tensor)]));
  await session.release();
  return outputs;
}
