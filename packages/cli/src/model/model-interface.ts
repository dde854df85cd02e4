import { inspectModel, type Inspection, type OnnxModel } from '@lowbit/onnx';

/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** Element type in lower case: `float32`, `int64`, `bool` … */
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** What a model asks for and what it gives. */
export interface ModelInterface {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** Files beside the model that its tensors lie in, relative to its folder. */
  readonly externalFiles: readonly string[];
}

const typeNames: Readonly<Record<string, string>> = { FLOAT: 'float32', DOUBLE: 'float64' };

/** The interface of a model; inputs that have a value already, as before IR version 4, are left out. */
export function interfaceOf(model: OnnxModel): ModelInterface {
  const { inputs, outputs, externalFiles = [] } = inspectModel(model);
  const initialized = new Set(model.proto.graph?.initializer.map(({ name }) => name));
  return {
    inputs: inputs.filter(({ name }) => !initialized.has(name)).map(modelValue),
    outputs: outputs.map(modelValue),
    externalFiles: externalFiles.map(({ path }) => path),
  };
}

/** A value in words: `x: float32 [batch, 3, ?, ?]`. */
export function wordedValue({ name, type, shape }: ModelValue): string {
  const axes = shape === null ? 'of unknown rank' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
  return `${name}: ${type} ${axes}`;
}

function modelValue({ name, type, shape }: Inspection['inputs'][number]): ModelValue {
  return { name, type: typeNames[type] ?? type.toLowerCase(), shape };
}
