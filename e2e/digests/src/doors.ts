/**
 * Everything of lowbit that the digests touch, by its public names alone: where one of these moves or is renamed, this file is all
 * that follows.
 */
import { fileURLToPath } from 'node:url';
import { packTensor, type ModelPort, type PackedTensor } from '@lowbit/core';

export {
  applyPlan,
  byName,
  byOp,
  cascade,
  ends,
  everywhere,
  isLowbitError,
  loadCheckpoint,
  makePlan,
  parsePlan,
  quantize,
  storeCheckpoint,
  train,
  type Batch,
  type Calibration,
  type Granularity,
  type ModelPort,
  type OptionValue,
  type PackedTensor,
  type ParameterStorage,
  type Quantizer,
  type Recipe,
  type StoredCheckpoint,
  type TrainingCheckpoint,
} from '@lowbit/core';
export { statisticsCollector, storedPlan, toFloat16Bits, type OptionDescription } from '@lowbit/core/adapter';
export { minMax, mse } from '@lowbit/baselines';
export { lossBudget, registry, stagewise } from '@lowbit/methods';
export {
  foldModel,
  inspectModel,
  integerWeights,
  onnx,
  parseTarget,
  readModel,
  sessionOptions,
  writeModel,
  type OnnxOptions,
  type OnnxResult,
} from '@lowbit/onnx';
export { graphModel, load, planOf, save, saveGraph, tfjs } from '@lowbit/tfjs';
export { loadGraph } from '@lowbit/tfjs/graph';
export { load as loadAlone } from '@lowbit/tfjs/load';
export { fileSystem } from '@lowbit/tfjs/node';

/** The program that `npx lowbit` runs. */
export const commandLine = fileURLToPath(new URL('../../../packages/cli/bin/lowbit.js', import.meta.url));

/** A weight without a model. */
export interface BareWeight {
  readonly id: string;
  readonly shape: readonly number[];
  readonly outputAxes: readonly number[];
  readonly inputAxis: number;
  /** Row-major. */
  readonly values: Float32Array;
}

/** A model that is nothing but weights, and whose stored form is the packed tensor of each, by id. */
export function weightsPort(weights: readonly BareWeight[]): ModelPort<ReadonlyMap<string, PackedTensor>> {
  const packed = new Map<string, PackedTensor>();
  return {
    name: 'weights',
    supports: { parameterStorage: ['float32', 'float16', 'two-level'], activations: false },
    layers: () =>
      weights.map(({ values, ...weight }, depth) => ({
        id: `layer ${weight.id}`,
        op: 'Bare',
        depth,
        sites: [],
        weights: [
          {
            ...weight,
            kernel: 'kernel' as const,
            storedBytes: values.byteLength,
            read: () => values.slice(),
          },
        ],
      })),
    write: () => ({
      add: (id, tensor) => void packed.set(id, packTensor(tensor)),
      finish: () => {
        const storage = [...packed].map(([id, { codes, parameters }]) => {
          const bytes = codes.length + parameters.length;
          return { id, form: 'packed', storedBytes: bytes, memoryBytes: bytes, reason: 'as it is' };
        });
        const before = weights.reduce((sum, { values }) => sum + values.byteLength, 0);
        const after = storage.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
        return { model: packed, storage, modelBytes: { before, after } };
      },
    }),
  };
}
