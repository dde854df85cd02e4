import { defined, type ModelInterface, type ModelValue } from '@lowbit/core/adapter';
import { externalCounts } from '../external/place-tensors.js';
import { allTensors } from '../model/all-tensors.js';
import { checkModel } from '../model/check-model.js';
import type { OnnxModel } from '../model/model.js';
import type { ModelProto, ValueInfoProto } from '../schema/proto.js';
import { inspectValue } from './inspect-value.js';
import { scaledBy } from './scaled-by.js';

/** What a model of ONNX takes and gives, and where its tensors lie. */
export interface OnnxInterface extends ModelInterface {
  /** Files beside the model that its tensors lie in, relative to its folder. */
  readonly externalFiles: readonly string[];
}

const typeNames: Readonly<Record<string, string>> = { FLOAT: 'float32', DOUBLE: 'float64' };

/**
 * What a model takes and gives; of an input whose pictures it scales itself, by which node. Inputs that have a value already, as before IR version 4, are left out.
 *
 * @throws LowbitError `invalid-argument` for what `readModel` did not give.
 */
export function interfaceOf(model: OnnxModel): OnnxInterface {
  checkModel(model, 'interfaceOf(model)');
  const { input = [], output = [], initializer = [] } = model.proto.graph ?? {};
  const initialized = new Set(initializer.map(({ name }) => name));
  return {
    inputs: input
      .filter(({ name }) => !initialized.has(name))
      .map((one) => withScaling(modelValue(one), model.proto)),
    outputs: output.map(modelValue),
    externalFiles: [...externalCounts(allTensors(model.proto)).keys()],
  };
}

/** Pictures have four axes. */
function withScaling(value: ModelValue, { graph, irVersion }: ModelProto): ModelValue {
  if (graph === undefined || value.shape?.length !== 4 || !value.type.startsWith('float')) return value;
  return { ...value, ...defined({ scaledBy: scaledBy(graph, Number(irVersion), value.name) }) };
}

function modelValue(info: ValueInfoProto): ModelValue {
  const { name, type, shape } = inspectValue(info);
  return { name, type: typeNames[type] ?? type.toLowerCase(), shape };
}
