import { sizeOf } from '@lowbit/core/adapter';
import { checkAllStored, checkModelJson, checkSpecifications } from '../manifest/check-given.js';
import { modelKind, type ModelJson, type ModelKind } from '../manifest/parse-model-json.js';
import type { StoredWeight } from '../manifest/stored-weights.js';
import { isPacked, storedForm, type WeightSpec } from '../manifest/weight-spec.js';
import { groupBy } from './group-by.js';
import { operatorCounts, type OperatorCount } from './operator-counts.js';
import { provenanceOf, type Provenance } from './provenance.js';

/** What is in a TensorFlow.js model, by its files alone. */
export interface ModelInspection {
  readonly kind: ModelKind;
  /** The program that wrote the model. */
  readonly generatedBy: string | null;
  readonly operators: readonly OperatorCount[];
  readonly parameters: {
    readonly count: number;
    /** Of the weights in the file. */
    readonly bytes: number;
    readonly types: readonly {
      readonly type: string;
      readonly tensors: number;
      readonly count: number;
      readonly bytes: number;
    }[];
  };
  readonly weights: readonly InspectedWeight[];
  /** Absent for a model that lowbit has not touched. */
  readonly lowbit?: Provenance;
}

/** One weight in the file. */
export interface InspectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** `float32`, `uint8`, `packed 4-bit` … */
  readonly type: string;
  readonly values: number;
  readonly bytes: number;
}

/** Tells what is in a model. */
export function inspectModel(json: ModelJson, stored: readonly StoredWeight[]): ModelInspection {
  checkModelJson(json, 'inspectModel');
  checkAllStored(stored, 'inspectModel');
  const generatedBy = json['generatedBy'] ?? json.modelTopology['keras_version'];
  const lowbit = provenanceOf(json, stored);
  const weights = stored.map(inspectWeight);
  return {
    kind: modelKind(json),
    generatedBy: typeof generatedBy === 'string' ? generatedBy : null,
    operators: operatorCounts(json),
    parameters: { ...totals(weights), types: typesOf(weights) },
    weights,
    ...(lowbit && { lowbit }),
  };
}

function inspectWeight({ spec, bytes }: StoredWeight): InspectedWeight {
  const { name, shape } = spec;
  return { name, shape, type: storedForm(spec), values: sizeOf(shape), bytes: bytes.length };
}

function typesOf(weights: readonly InspectedWeight[]): ModelInspection['parameters']['types'] {
  const groups = groupBy(weights, ({ type }) => type);
  return [...groups].map(([type, group]) => ({ type, tensors: group.length, ...totals(group) }));
}

function totals(weights: readonly InspectedWeight[]): { readonly count: number; readonly bytes: number } {
  return {
    count: weights.reduce((sum, { values }) => sum + values, 0),
    bytes: weights.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Weights that a manifest holds in fewer bits than float32; those that are quantized are expanded before all else. */
export interface ExpandedWeights {
  /** `uint8`, `uint16` or `float16`. */
  readonly form: string;
  readonly weights: number;
  readonly values: number;
}

/** Which weights a manifest holds in fewer bits, by form. Those that lowbit packed are never expanded to be quantized again. */
export function expandedWeights(specs: readonly WeightSpec[]): readonly ExpandedWeights[] {
  checkSpecifications(specs, 'expandedWeights');
  const small = specs.filter((spec) => spec.quantization !== undefined && !isPacked(spec));
  return [...groupBy(small, storedForm)].map(([form, group]) => ({
    form,
    weights: group.length,
    values: group.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  }));
}
