import { LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { addMetadata } from '../describe/metadata.js';
import { placeTensors } from '../external/place-tensors.js';
import { ownPrefixes } from '../graph/names.js';
import { checkGraph } from '../model/check-graph.js';
import { standardDomain } from '../model/model.js';
import {
  copyMessage,
  createGraph,
  createModel,
  createOperatorSet,
  serializeParts,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../schema/proto.js';
import { checkVersions, runtimeOf } from '../target/runtime.js';
import { irOfOpset } from '../target/versions.js';
import { version } from '../version.js';
import type { BuilderOptions, BuiltModel, WriteOptions } from './builder.js';
import { type PackedWeight, packWeights, placeOf } from './packed-weights.js';

/** What the names begin with of what quantizes activations. */
export const activationPrefix = 'lowbit.activation';

/** What a model is made of so far. */
export interface Parts {
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly constants: TensorProto[];
  readonly weights: PackedWeight[];
  readonly nodes: NodeProto[];
}

/** A file of the parts, which stay as they are. */
export async function writeParts(
  parts: Parts,
  { opset, optimize = 'speed', target, name }: BuilderOptions & { readonly name: string },
  { plan, source = { name, bytes: 0 }, external, externalPath }: WriteOptions,
): Promise<BuiltModel> {
  const ir = irOfOpset(opset);
  const runtime = target && runtimeOf(target);
  checkVersions({ opset, ir, ...defined({ runtime }) }, name);
  const proto = protoOf(parts, opset, ir, name);
  checkGraph(proto, name);
  if (parts.outputs.length === 0) throw withoutOutputs(name);
  const model = { name, proto, ir, opset, domains: new Map([[standardDomain, opset]]) };
  const prefix = ownPrefixes(proto).weights;
  const storage = await packWeights(model, parts.weights, { optimize, runtime }, prefix);
  if (plan !== undefined) addMetadata(proto, plan, source, [prefix, activationPrefix]);
  const externalData = await placeTensors(model, new Map(), undefined, { external, externalPath });
  const pieces = serializeParts(proto, name);
  let joined: Uint8Array | undefined;
  return {
    pieces,
    get bytes() {
      return (joined ??= joinedBytes(pieces));
    },
    storage,
    ...(externalData.length === 0 ? {} : { externalData }),
  };
}

function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const piece of pieces) {
    bytes.set(piece, position);
    position += piece.length;
  }
  return bytes;
}

function withoutOutputs(where: string): LowbitError {
  const remedy = 'Name at least one with output(value, type, shape).';
  return new LowbitError({ code: 'graph-invalid', where, expected: 'outputs', received: 'none', remedy });
}

/** Nodes and constants are copies, since writing changes them. Constants that nothing uses are left out, since runtimes warn of each. */
function protoOf(
  { nodes, constants, weights, ...ends }: Parts,
  opset: number,
  ir: number,
  name: string,
): ModelProto {
  const used = new Set([
    ...nodes.flatMap(({ input }) => input),
    ...ends.outputs.map((output) => output.name),
  ]);
  const kept = constants.filter((constant) => used.has(constant.name));
  const domains = new Set(nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  return createModel({
    irVersion: BigInt(ir),
    producerName: '@lowbit/onnx',
    producerVersion: version,
    opsetImport: [
      createOperatorSet('', opset),
      ...[...domains].map((domain) => createOperatorSet(domain, 1)),
    ],
    graph: createGraph({
      name,
      node: nodes.map((node) => copyMessage(node, { input: [...node.input], output: [...node.output] })),
      initializer: [...kept.map((constant) => copyMessage(constant)), ...weights.map(placeOf)],
      input: [...ends.inputs],
      output: [...ends.outputs],
    }),
  });
}
