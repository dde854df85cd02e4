import { bytesOfType, typeName } from '../model/data-types.js';
import type { OnnxModel } from '../model/model.js';
import { checkModel } from '../model/check-model.js';
import type { TensorProto } from '../schema/proto.js';
import { externalBytes, externalCounts } from '../external/place-tensors.js';
import { writeModel } from '../model/write-model.js';
import { allTensors } from '../model/all-tensors.js';
import { raisedCopy } from '../opset/raise-old.js';
import { alreadyQuantized } from './already-quantized.js';
import type { DescribedLayer } from './described-layer.js';
import { computesWeights, foldWeights } from '../fold/fold-weights.js';
import { checkGraph } from '../model/check-graph.js';
import { readOrdered } from '../read/read-model.js';
import { describeModel } from './describe-model.js';
import { inspectValue, type InspectedValue } from './inspect-value.js';
import { checkOptions, defined, sizeOf } from '@lowbit/core/adapter';
import { type FreezeInputs, freezeInputs, freezeInputsType } from '../read/freeze-inputs.js';

/** What a model holds, as plain JSON. */
export interface Inspection {
  readonly name: string;
  readonly ir: number;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Versions of all imported operator sets, by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Operators by count, largest first; constants are not counted. */
  readonly operators: readonly { readonly op: string; readonly domain: string; readonly count: number }[];
  readonly parameters: {
    readonly count: number;
    readonly bytes: number;
    readonly types: readonly InspectedType[];
  };
  /** Size of the whole model, bytes: the file, and the tensors in the files beside it. */
  readonly totalBytes: number;
  /** Files beside the model that its tensors lie in; absent when there are none. */
  readonly externalFiles?: readonly { readonly path: string; readonly tensors: number }[];
  readonly quantizable: readonly InspectedWeight[];
  /** Bytes of the quantizable weights together. */
  readonly quantizableBytes: number;
  /** What of the model is quantized already, in a sentence; absent when nothing is. */
  readonly alreadyQuantized?: string;
  /** What is not quantized, by reason, largest number first. */
  readonly skipped: readonly {
    readonly reason: string;
    readonly op: string;
    readonly count: number;
    readonly subjects: readonly string[];
  }[];
}

export interface InspectedType {
  readonly type: string;
  readonly tensors: number;
  readonly count: number;
  readonly bytes: number;
}

export interface InspectedWeight {
  readonly id: string;
  readonly layer: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly bytes: number;
}

export interface InspectOptions {
  /** Inputs that count as constants, as those of `onnx(bytes, { freezeInputs })` do. */
  readonly freezeInputs?: FreezeInputs;
}

/**
 * Counts and lists what a model holds and what of it can be quantized. The model is not changed.
 *
 * @throws LowbitError as {@link describeModel}; `invalid-argument` for inputs that have no value in the file.
 */
export function inspectModel(given: OnnxModel, options: InspectOptions = {}): Inspection {
  checkModel(given, 'inspectModel(model)');
  checkOptions(options, { freezeInputs: freezeInputsType }, 'inspectModel');
  const model = frozenCopy(given, options.freezeInputs);
  const { proto } = model;
  const raised = raisedCopy(model);
  const whole = withWholeWeights(raised);
  const { layers } = describeModel(whole, { external: true });
  const nodes = whole === raised ? layers : describeModel(raised).layers;
  const quantized = alreadyQuantized(layers);
  const tensors = allTensors(proto);
  const types = countTypes(tensors);
  const files = [...externalCounts(tensors)].map(([path, count]) => ({ path, tensors: count }));
  const quantizable = inspectWeights(layers);
  return {
    name: model.name,
    ir: model.ir,
    opset: model.opset,
    opsets: Object.fromEntries(model.domains),
    producer: { name: proto.producerName, version: proto.producerVersion },
    inputs: (proto.graph?.input ?? []).map(inspectValue),
    outputs: (proto.graph?.output ?? []).map(inspectValue),
    operators: countOperators(nodes),
    parameters: { count: sum(types, 'count'), bytes: sum(types, 'bytes'), types },
    totalBytes: writeModel(given).length + externalBytes(tensors),
    ...(files.length === 0 ? {} : { externalFiles: files }),
    quantizable,
    quantizableBytes: sum(quantizable, 'bytes'),
    ...defined({ alreadyQuantized: quantized }),
    skipped: groupSkipped(layers),
  };
}

/** The model itself where nothing is frozen. */
function frozenCopy(model: OnnxModel, inputs: FreezeInputs | undefined): OnnxModel {
  if (inputs === undefined) return model;
  const copy = readOrdered(writeModel(model), model.name).model;
  freezeInputs(copy, inputs);
  return copy;
}

/** The model as it is quantized: a copy, where weights in it are computed from constants. */
function withWholeWeights(model: OnnxModel): OnnxModel {
  if (!computesWeights(model, checkGraph(model.proto, model.name))) return model;
  const copy = readOrdered(writeModel(model), model.name);
  foldWeights(copy.model, copy.order);
  return copy.model;
}

function countOperators(layers: readonly DescribedLayer[]): Inspection['operators'] {
  const counts = new Map<string, { op: string; domain: string; count: number }>();
  for (const { op, domain } of layers) {
    const entry = entryOf(counts, `${domain}:${op}`, () => ({ op, domain, count: 0 }));
    entry.count++;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function countTypes(tensors: readonly TensorProto[]): InspectedType[] {
  const types = new Map<string, { -readonly [K in keyof InspectedType]: InspectedType[K] }>();
  for (const tensor of tensors) {
    const type = typeName(tensor.dataType);
    const count = tensor.dims.reduce((product, size) => product * Number(size), 1);
    const entry = entryOf(types, type, () => ({ type, tensors: 0, count: 0, bytes: 0 }));
    entry.tensors++;
    entry.count += count;
    entry.bytes += bytesOfType(tensor.dataType, count);
  }
  return [...types.values()].sort((a, b) => b.bytes - a.bytes);
}

function inspectWeights(layers: readonly DescribedLayer[]): InspectedWeight[] {
  const weights = new Map<string, InspectedWeight>();
  for (const { id: layer, op, weights: sites } of layers) {
    for (const { id, shape, source } of sites) {
      const { dataType } = source.tensor;
      const count = sizeOf(shape);
      const bytes = bytesOfType(dataType, count);
      if (!weights.has(id)) weights.set(id, { id, layer, op, shape, type: typeName(dataType), bytes });
    }
  }
  return [...weights.values()];
}

function groupSkipped(layers: readonly DescribedLayer[]): Inspection['skipped'] {
  const groups = new Map<string, { reason: string; op: string; count: number; subjects: string[] }>();
  for (const { op, skipped } of layers) {
    for (const { reason, subject } of skipped) {
      const group = entryOf(groups, `${op}:${reason}`, () => ({ reason, op, count: 0, subjects: [] }));
      group.count++;
      group.subjects.push(subject);
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function entryOf<T>(entries: Map<string, T>, key: string, make: () => T): T {
  const entry = entries.get(key) ?? make();
  entries.set(key, entry);
  return entry;
}

const sum = <K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number =>
  rows.reduce((total, row) => total + row[key], 0);
