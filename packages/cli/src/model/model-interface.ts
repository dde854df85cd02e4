import { inspectModel, type Inspection, type OnnxModel } from '@lowbit/onnx';
import type { ModelValue } from '@lowbit/report';

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

function modelValue({ name, type, shape }: Inspection['inputs'][number]): ModelValue {
  return { name, type: typeNames[type] ?? type.toLowerCase(), shape };
}
