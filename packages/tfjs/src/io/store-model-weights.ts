import { decode, measureError, sizeOf, unpackTensor, type PackedTensor } from '@lowbit/core';
import {
  expandWeight,
  plainWeight,
  storePacked,
  storedWeights,
  type StoredWeight,
  type WeightSpec,
} from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { bytesOf } from '../load/weight-data.js';
import { surveyModel } from '../model/survey.js';
import { packedWeights } from './packed-weights.js';
import type { SaveOptions } from './save-model.js';

/** One weight in the file. */
export interface SavedWeight {
  readonly name: string;
  /** `packed 4-bit`, `uint8`, `float16`, `float32` … */
  readonly form: string;
  readonly bytes: number;
  readonly floatBytes: number;
  /** Signal to noise ratio against the model's own weight in decibels; `null` where nothing is lost. */
  readonly sqnrDb: number | null;
  /** Why a quantized weight is not packed. */
  readonly note?: string;
}

/** The weights of the artifacts as they are to be stored, and what that costs. */
export async function storeModelWeights(
  model: LayersModel,
  artifacts: io.ModelArtifacts,
  options: Required<SaveOptions>,
): Promise<{ readonly stored: readonly StoredWeight[]; readonly weights: readonly SavedWeight[] }> {
  const packed = packedByName(model);
  const specs = (artifacts.weightSpecs ?? []) as unknown as WeightSpec[];
  const pairs = storedWeights(specs, bytesOf(artifacts.weightData), model.name).map((weight) =>
    storeOne(weight, packed.get(weight.spec.name), options),
  );
  return { stored: pairs.map(({ stored }) => stored), weights: pairs.map(({ saved }) => saved) };
}

function packedByName(model: LayersModel): Map<string, PackedTensor> {
  const byId = packedWeights(model);
  return new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.flatMap(({ id, variable }) => {
        const tensor = byId.get(id);
        return tensor === undefined ? [] : [[variable.originalName, tensor] as const];
      }),
    ),
  );
}

function storeOne(weight: StoredWeight, packed: PackedTensor | undefined, options: Required<SaveOptions>) {
  const { spec } = weight;
  if (spec.dtype !== 'float32') return { stored: weight, saved: savedWeight(weight, spec.dtype, null) };
  const values = expandWeight(weight, spec.name);
  const { format, plain, rest } = options;
  if (packed === undefined) return storePlain(spec, values, rest);
  if (format === 'plain') return storePlain(spec, values, plain);
  const levels = decode(unpackTensor(packed));
  if (levels.some((level, i) => level !== values[i])) {
    const { stored, saved } = storePlain(spec, values, rest);
    return { stored, saved: { ...saved, note: 'changed since it was quantized' } };
  }
  const stored = storePacked(spec.name, packed);
  return { stored, saved: savedWeight(stored, `packed ${packed.header.bits}-bit`, null) };
}

function storePlain(spec: WeightSpec, values: Float32Array, form: Required<SaveOptions>['plain']) {
  const stored = plainWeight(spec.name, spec.shape, values, form);
  const { sqnrDb } = measureError(values, expandWeight(stored, spec.name));
  return { stored, saved: savedWeight(stored, form, sqnrDb) };
}

function savedWeight({ spec, bytes }: StoredWeight, form: string, sqnrDb: number | null): SavedWeight {
  return { name: spec.name, form, bytes: bytes.length, floatBytes: 4 * sizeOf(spec.shape), sqnrDb };
}
