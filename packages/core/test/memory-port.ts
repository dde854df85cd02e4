import type { Applied } from '../src/method.js';
import type {
  LayerDescriptor,
  ModelPort,
  QuantizedTensor,
  Quantizer,
  WeightDescriptor,
} from '../src/index.js';
import type { ModelWriter } from '../src/adapter.js';
import { decode } from '../src/index.js';
import { packedTensorBytes } from '../src/adapter.js';

/** A model that is a bag of named matrices `[out, in]`; the smallest port there can be. */
export interface MemoryModel {
  readonly [weight: string]: { readonly shape: readonly number[]; readonly values: Float32Array };
}

export function memoryPort(model: MemoryModel, layers?: readonly LayerDescriptor[]): ModelPort<MemoryModel> {
  return {
    name: 'memory',
    supports: {
      parameterStorage: ['float32', 'float16'],
      activations: false,
    },
    layers: () => layers ?? Object.keys(model).map((id, depth) => layerOf(model, id, depth)),
    write: () => memoryWriter(model),
  };
}

export function layerOf(model: MemoryModel, id: string, depth: number, op = 'Dense'): LayerDescriptor {
  return { id: `layer-${id}`, op, depth, weights: [weightOf(model, id)], sites: [] };
}

export function weightOf(model: MemoryModel, id: string): WeightDescriptor {
  const { shape, values } = model[id]!;
  return {
    id,
    kernel: 'kernel',
    shape,
    outputAxes: [0],
    inputAxis: 1,
    storedBytes: values.byteLength,
    read: () => values.slice(),
  };
}

function memoryWriter(model: MemoryModel): ModelWriter<MemoryModel> {
  const weights = new Map<string, QuantizedTensor>();
  return {
    add: (id, tensor) => void weights.set(id, tensor),
    finish: () => written(model, [...weights]),
  };
}

function written(
  model: MemoryModel,
  tensors: readonly (readonly [id: string, tensor: QuantizedTensor])[],
): Applied<MemoryModel> {
  const changed = tensors.map(
    ([id, tensor]) => [id, { shape: tensor.shape, values: decode(tensor) }] as const,
  );
  return {
    model: { ...model, ...Object.fromEntries(changed) },
    storage: tensors.map(([id, tensor]) => ({
      id,
      form: 'arrays',
      storedBytes: packedTensorBytes(tensor),
      memoryBytes: 4 * tensor.codes.length,
      reason: 'decoded',
    })),
    modelBytes: { before: 0, after: 0 },
  };
}

/** The step covers the largest magnitude; a quantizer to test sessions with. */
export function coarse(name = 'min-max'): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name,
    roles: ['weight'],
    bits: { weight: [2, 4, 8] },
    options: { stretch: { type: 'number', default: 1, min: 0.1, max: 4, help: 'factor on the step' } },
    fit(values, { bits, options }) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const levels = 2 ** bits - 1;
      return {
        kind: 'affine',
        levels,
        scale: Math.fround((2 * largest * Number(options['stretch'])) / (levels - 1)),
      };
    },
  };
}
