import { readList } from './constant-integers.js';
import { valueOfConstant } from './constant-source.js';
import { constantValue, type ConstantValue } from './constant-value.js';
import { isExternal, readFloats } from '../model/tensor-data.js';
import { DataType, type GraphProto, type TensorProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';
import { keepDocs } from './keep-words.js';
import { makeTensor } from './make-tensor.js';

/** The constants of a graph that nobody may replace from outside, as they are and as they become. */
export interface GraphConstants {
  has(name: string): boolean;
  names(): Iterable<string>;
  /** Its numbers; `undefined` for anything that is no constant or is not computed with. */
  value(name: string): ConstantValue | undefined;
  /** The integers of a short list of sizes, axes or bounds, {@link clamped}; `undefined` for anything else. */
  list(name: string): readonly number[] | undefined;
  /**
   * The values of a constant of type FLOAT, to be read.
   *
   * @throws LowbitError as `readFloats`.
   */
  floats(name: string): Float32Array;
  /**
   * The values of a constant of type FLOAT, to be changed in place: what is written there, the constant becomes.
   *
   * @throws LowbitError as `readFloats`.
   */
  ownFloats(name: string): Float32Array;
  /** How many values were read so far, all constants together: what work on them costs. */
  valuesRead(): number;
  /** Whether its data are in another file. */
  isExternal(name: string): boolean;
  /** Its type and dimensions, without reading it. */
  type(name: string): Pick<ConstantValue, 'type' | 'dims'> | undefined;
  /** Changes a constant, which is of FLOAT and holds `values` from now on; its name stays. */
  set(name: string, dims: readonly number[], values: Float32Array): void;
  /** Puts another value in the place of a constant, of any type; its name stays. */
  put(name: string, value: ConstantValue): void;
  add(tensor: TensorProto): void;
  /** Takes a constant out, in whose place other things stand. */
  remove(name: string): void;
  rename(name: string, fresh: string): void;
  /** The tensor that takes the place of one of the file, where it was changed. */
  changed(name: string): TensorProto | undefined;
  /** Those that were added, as they are now. */
  added(): readonly TensorProto[];
}

/** @param ir The file's IR version. */
export function graphConstants(graph: GraphProto, ir: number): GraphConstants {
  const tensors = constantsOf(graph, ir);
  const changed = new Map<string, TensorProto>();
  const added = new Set<string>();
  /** Values of constants that were changed. The tensors are views on them. */
  const own = new Map<string, Float32Array>();
  const shortValue = shortValues();
  let valuesRead = 0;
  const counted = <T extends Float32Array | readonly number[]>(values: T): T => {
    valuesRead += values.length;
    return values;
  };
  const read = floatReader();
  const floats = (name: string) => counted(own.get(name) ?? read(tensors.get(name) as TensorProto, name));
  const put: GraphConstants['put'] = (name, value) => {
    const tensor = inPlaceOf(tensors.get(name), name, value);
    tensors.set(name, tensor);
    changed.set(name, tensor);
    own.delete(name);
  };
  const set: GraphConstants['set'] = (name, dims, values) => {
    put(name, { type: DataType.FLOAT, dims, values });
    own.set(name, values);
  };
  return {
    has: (name) => tensors.has(name),
    names: () => tensors.keys(),
    value(name) {
      const tensor = tensors.get(name);
      const value = tensor && (own.has(name) ? constantValue : shortValue)(tensor);
      return value && { ...value, values: counted(value.values) };
    },
    list(name) {
      const tensor = tensors.get(name);
      const list = tensor && readList(tensor, name);
      return list && counted(list);
    },
    floats,
    ownFloats(name) {
      const values = floats(name);
      if (!own.has(name)) set(name, (tensors.get(name) as TensorProto).dims.map(Number), values);
      return values;
    },
    valuesRead: () => valuesRead,
    isExternal: (name) => tensors.has(name) && isExternal(tensors.get(name) as TensorProto),
    type(name) {
      const tensor = tensors.get(name);
      return tensor && { type: tensor.dataType, dims: tensor.dims.map(Number) };
    },
    set,
    put,
    add(tensor) {
      tensors.set(tensor.name, tensor);
      added.add(tensor.name);
    },
    remove: (name) => void tensors.delete(name),
    rename: (name, fresh) => rename(tensors, name, fresh),
    changed: (name) => changed.get(name),
    added: () => [...added].map((name) => tensors.get(name) as TensorProto),
  };
}

/** A value under the name and with the doc string of the constant that it takes the place of. */
function inPlaceOf(before: TensorProto | undefined, name: string, { type, dims, values }: ConstantValue) {
  const tensor = makeTensor(before?.name ?? name, type, dims, values);
  if (before !== undefined) keepDocs(tensor, before);
  return tensor;
}

function rename(tensors: Map<string, TensorProto>, name: string, fresh: string): void {
  const tensor = tensors.get(name);
  if (tensor !== undefined) tensors.set(fresh, tensor);
  tensors.delete(name);
}

/** From IR 4 an initializer that is also an input may be replaced by whoever runs the model. */
function constantsOf(graph: GraphProto, ir: number): Map<string, TensorProto> {
  const tensors = new Map<string, TensorProto>();
  for (const tensor of graph.initializer) tensors.set(tensor.name, tensor);
  for (const node of graph.node) {
    const tensor = valueOfConstant(node);
    if (tensor !== undefined) tensors.set(node.output[0] ?? '', tensor);
  }
  tensors.delete('');
  if (ir >= initializersStandAlone) for (const { name } of graph.input) tensors.delete(name);
  return tensors;
}

/** Reads floats, those of one tensor once in a row: a rule that looks at weights is often followed by one that changes them. */
function floatReader(): (tensor: TensorProto, name: string) => Float32Array {
  let last: { readonly tensor: TensorProto; readonly values: Float32Array } | undefined;
  return (tensor, name) => {
    if (last?.tensor !== tensor) last = { tensor, values: readFloats(tensor, name) };
    return last.values;
  };
}

/** Up to this many values are held. */
const mostHeld = 4096;

/**
 * Reads tensors that stay as they are, those with few values once each: rules ask for the same bias again and again. The
 * values are not to be written on.
 */
function shortValues(): (tensor: TensorProto) => ConstantValue | undefined {
  const held = new Map<TensorProto, ConstantValue>();
  return (tensor) => {
    const known = held.get(tensor);
    if (known !== undefined) return known;
    const value = constantValue(tensor);
    if (value !== undefined && value.values.length <= mostHeld) held.set(tensor, value);
    return value;
  };
}
