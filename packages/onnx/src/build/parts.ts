import { defined } from '@lowbit/core/adapter';
import { standardDomain, type OnnxModel } from '../model/model.js';
import {
  copyMessage,
  createGraph,
  createModel,
  createOperatorSet,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../schema/proto.js';
import { checkVersions, runtimeOf } from '../target/runtime.js';
import type { Runtime } from '../target/target.js';
import { irOfOpset } from '../target/versions.js';
import { version } from '../version.js';
import type { BuilderOptions } from './builder.js';
import type { LateConstants } from './late-constants.js';
import { type PackedWeight, placeOf } from './packed-weights.js';

/** What a model is made of so far. */
export interface Parts {
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly constants: TensorProto[];
  /** What of the constants is not read yet. */
  readonly late: LateConstants;
  readonly weights: PackedWeight[];
  readonly nodes: NodeProto[];
}

export interface NamedOptions extends BuilderOptions {
  readonly name: string;
}

/** A model of the parts, which stay as they are, with a constant in the place of each weight. */
export function modelOf(
  parts: Parts,
  { opset, target, name }: NamedOptions,
): { readonly model: OnnxModel; readonly runtime: Runtime | undefined } {
  const ir = irOfOpset(opset);
  const runtime = target && runtimeOf(target);
  checkVersions({ opset, ir, ...defined({ runtime }) }, name);
  const proto = protoOf(parts, opset, ir, name);
  return { model: { name, proto, ir, opset, domains: new Map([[standardDomain, opset]]) }, runtime };
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
