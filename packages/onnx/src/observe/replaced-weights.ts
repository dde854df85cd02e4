import { LowbitError } from '@lowbit/core';
import { sizeOf, suggestName } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import type { ConstantSource } from '../graph/constant-source.js';
import { writeBodies } from '../model/function-body.js';
import { tensorShape } from '../model/tensor-shape.js';
import {
  createValueInfo,
  DataLocation,
  DataType,
  type GraphProto,
  type TensorProto,
} from '../schema/proto.js';
import type { OnnxModel } from '../model/model.js';
import { makeAttribute } from '../graph/make-node.js';
import { makeRawTensor, makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';
import { canFeed, tensorOf } from './feeds.js';
import type { OrtRuntime, OrtTensor } from './ort.js';

/** A model that may be changed in place. */
interface InModel {
  readonly model: OnnxModel;
}

/** A weight that is an input of the model. */
export interface WeightInput {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
}

/** Whether a weight can be an input: those of subgraphs and functions cannot, nor those of types that nobody can feed. */
export const canBeInput = ({ model }: InModel, { source }: WeightSite): boolean =>
  source.graph === model.proto.graph && canFeed(source.tensor.dataType);

/** Makes weights inputs of the model, in place; gives these by id. */
export function weightsToInputs(
  { model }: InModel,
  sites: readonly WeightSite[],
): ReadonlyMap<string, WeightInput> {
  const graph = model.proto.graph as GraphProto;
  return new Map(sites.map(({ id, source }) => [id, toInput(graph, source)]));
}

function toInput(graph: GraphProto, { name, tensor, node }: ConstantSource): WeightInput {
  const type = tensor.dataType;
  const dims = tensorShape(tensor, name);
  graph.initializer = graph.initializer.filter((one) => one !== tensor);
  graph.node = graph.node.filter((one) => one !== node);
  graph.valueInfo = graph.valueInfo.filter((one) => one.name !== name);
  if (!graph.input.some((one) => one.name === name)) graph.input.push(createValueInfo(name, type, dims));
  return { name, type, dims };
}

/** Writes values in place of those that the model has, in place. */
export function writeValues({ source }: WeightSite, values: Float32Array): void {
  const { tensor, node } = source;
  const written = tensorWith(tensor, values);
  if (node === undefined)
    Object.assign(tensor, written, { dataLocation: DataLocation.DEFAULT, externalData: [] });
  else node.attribute = [makeAttribute('value', { tensor: written })];
}

function tensorWith({ name, dataType, dims }: TensorProto, values: Float32Array): TensorProto {
  const shape = dims.map(Number);
  if (dataType !== DataType.DOUBLE) return makeTensor(name, dataType, shape, values);
  return makeRawTensor(name, dataType, shape, new Uint8Array(Float64Array.from(values).buffer));
}

/** Adds values of the main graph to its outputs, in place, but for inputs, which are known. @throws LowbitError `invalid-argument` for names that it does not have. */
export function addOutputs({ model }: InModel, names: readonly string[]): void {
  const graph = model.proto.graph as GraphProto;
  const known = new Set([...graph.output, ...graph.input].map(({ name }) => name));
  const made = new Set(graph.node.flatMap(({ output }) => output).filter((name) => name !== ''));
  for (const name of names) {
    if (known.has(name)) continue;
    if (!made.has(name))
      throw stranger('want', 'names of values of the main graph', name, [...known, ...made]);
    known.add(name);
    graph.output.push(createValueInfo(name));
  }
}

/** The bytes of a model that was changed in place. */
export function changedBytes({ model }: InModel): Uint8Array {
  writeBodies(model.proto);
  return writeModel(model);
}

/** The values of weights as inputs. @throws LowbitError `invalid-argument` for another number of them. */
export function weightFeeds(
  inputs: ReadonlyMap<string, WeightInput>,
  values: ReadonlyMap<string, Float32Array>,
  ort: OrtRuntime,
): Record<string, OrtTensor> {
  return Object.fromEntries(
    [...inputs].map(([id, { name, type, dims }]) => [
      name,
      tensorOf(name, type, dims, values.get(id) as Float32Array, ort),
    ]),
  );
}

/** @throws LowbitError `invalid-argument` for a weight that the model does not have, or another number of values. */
export function checkReplaced(
  sites: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  replace: ReadonlyMap<string, Float32Array>,
): void {
  for (const [id, { length }] of replace) {
    const shape = sites.get(id)?.shape;
    if (shape === undefined) throw stranger('replace', 'ids of weights of the model', id, [...sites.keys()]);
    const count = sizeOf(shape);
    if (length === count) continue;
    throw new LowbitError({
      code: 'invalid-argument',
      where: `run: option 'replace': '${id}'`,
      expected: `${count} values`,
      received: `${length}`,
    });
  }
}

function stranger(option: string, expected: string, received: string, known: readonly string[]): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `run: option '${option}'`,
    expected,
    received,
    ...suggestName(received, known),
  });
}
