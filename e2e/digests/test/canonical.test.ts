import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type GraphProto, type ModelProto, type NodeProto } from 'onnx-buf';
import { expect, test } from 'vitest';
import { canonicalOnnx } from '../src/canonical/onnx-file.js';
import { digestOf } from '../src/digest.js';
import { onnx, quantize, registry } from '../src/doors.js';
import { transformer } from '../src/models/onnx-layers.js';
import { nested } from '../src/models/onnx-structures.js';

const made = async (float: Uint8Array) => (await quantize(onnx(float), { registry, bits: 4 })).model.bytes;

/** The file after a change of its model. */
function changed(bytes: Uint8Array, change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes.slice());
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/** Other names for everything that was added, in subgraphs too. */
function renameAdded(graph: GraphProto, known: (name: string) => boolean): void {
  const other = (name: string) => (name === '' || known(name) ? name : `other/${name}`);
  for (const tensor of graph.initializer) tensor.name = other(tensor.name);
  for (const node of graph.node) {
    Object.assign(node, {
      name: other(node.name),
      input: node.input.map(other),
      output: node.output.map(other),
    });
    for (const { g } of node.attribute) if (g !== undefined) renameAdded(g, known);
  }
  for (const value of graph.valueInfo) value.name = other(value.name);
}

/** Another order that keeps results before their users: each node as late as it can be. */
function reordered(nodes: readonly NodeProto[]): NodeProto[] {
  const waiting = [...nodes];
  const result: NodeProto[] = [];
  while (waiting.length > 0) {
    const at = waiting.findLastIndex((node) =>
      waiting.every((user) => user === node || !user.input.some((name) => node.output.includes(name))),
    );
    result.unshift(...waiting.splice(at === -1 ? waiting.length - 1 : at, 1));
  }
  return result;
}

test.each([transformer, nested])(
  '%o: names of what was added and the order of nodes do not count',
  async (make) => {
    const float = make(17).bytes;
    const bytes = await made(float);
    const text = Buffer.from(float).toString('latin1');
    const other = changed(bytes, ({ graph }) => {
      renameAdded(graph!, (name) => text.includes(name));
      graph!.node = reordered([...graph!.node]);
      graph!.initializer.reverse();
    });
    expect(digestOf(other)).not.toBe(digestOf(bytes));
    expect(canonicalOnnx({ bytes: other }, float)).toEqual(canonicalOnnx({ bytes }, float));
  },
);

test.each<[string, (model: ModelProto) => void]>([
  [
    'a byte of a constant',
    ({ graph }) => void (graph!.initializer.find(({ rawData }) => rawData.length > 64)!.rawData[9]! ^= 1),
  ],
  [
    'an input of a node',
    ({ graph }) => void graph!.node.find(({ input }) => input.length > 1)!.input.reverse(),
  ],
  ['a node less', ({ graph }) => void graph!.node.pop()],
  ['the name of a node of the model', ({ graph }) => void (graph!.node.at(-1)!.name = 'another')],
  ['the version of the format', (model) => void (model.irVersion = 9n)],
])('%s counts', async (_, change) => {
  const float = transformer(17).bytes;
  const bytes = await made(float);
  const other = { bytes: changed(bytes, change) };
  expect(canonicalOnnx(other, float)).not.toEqual(canonicalOnnx({ bytes }, float));
});
