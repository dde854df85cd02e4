import { basename } from 'node:path';

import type { Registry } from '@lowbit/core';
import { modelKind, storedForm, type ModelKind, type StoredWeight } from '@lowbit/tfjs-format';
import type { Inspection } from '@lowbit/onnx';
import type { Provenance } from '@lowbit/report/text';
import { rollups, sum } from 'd3-array';

import { operatorCounts } from './layer-classes.js';
import { possibleOrWhy, type PossibleOrWhy } from './possible.js';
import { provenanceOf } from './provenance.js';
import type { TfjsFile } from './read-model.js';

/** What is in a TensorFlow.js model. */
export type TfjsInspection = PossibleOrWhy & {
  readonly kind: ModelKind;
  readonly name: string;
  readonly generatedBy: string | null;
  readonly operators: Inspection['operators'];
  readonly parameters: Inspection['parameters'];
  readonly weights: readonly InspectedWeight[];
  /** Bytes of the JSON and of all weight files. */
  readonly totalBytes: number;
  /** Absent for a model that lowbit has not touched. */
  readonly lowbit?: Provenance;
};

/** One weight in the file. */
export interface InspectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** `float32`, `uint8`, `packed 4-bit` … */
  readonly type: string;
  readonly values: number;
  readonly bytes: number;
}

/**
 * Tells what is in a model. TensorFlow.js is needed only to tell what of it can be quantized; without it, or with a layer
 * that it does not know, the rest is told.
 *
 * @param methods - those that its activations may be quantized by
 */
export async function inspectTfjs(model: TfjsFile, methods: Registry): Promise<TfjsInspection> {
  const { file, json, totalBytes } = model;
  const generatedBy = json['generatedBy'] ?? json.modelTopology['keras_version'];
  const lowbit = provenanceOf(json, model.weights);
  const weights = model.weights.map(inspectWeight);
  return {
    kind: modelKind(json),
    name: basename(file),
    generatedBy: typeof generatedBy === 'string' ? generatedBy : null,
    operators: operatorCounts(json),
    parameters: { ...totals(weights), types: typesOf(weights) },
    weights,
    totalBytes,
    ...(lowbit === undefined ? {} : { lowbit }),
    ...(await possibleOrWhy(model, methods)),
  };
}

function inspectWeight({ spec, bytes }: StoredWeight): InspectedWeight {
  const { name, shape } = spec;
  const values = shape.reduce((product, size) => product * size, 1);
  return { name, shape, type: storedForm(spec), values, bytes: bytes.length };
}

function typesOf(weights: readonly InspectedWeight[]): Inspection['parameters']['types'] {
  const groups = rollups(
    weights,
    (group) => ({ tensors: group.length, ...totals(group) }),
    ({ type }) => type,
  );
  return groups.map(([type, counts]) => ({ type, ...counts }));
}

function totals(weights: readonly InspectedWeight[]): { readonly count: number; readonly bytes: number } {
  return { count: sum(weights, ({ values }) => values), bytes: sum(weights, ({ bytes }) => bytes) };
}
