import { basename } from 'node:path';

import { isLowbitError, type Registry } from '@lowbit/core';
import { type ModelInterface, withoutUnfit } from '@lowbit/core/adapter';
import {
  inspectModel,
  modelKind,
  quantizableIn,
  type ModelInspection,
  type Quantizable,
} from '@lowbit/tfjs-format';

import { loadTfjs } from '../runtime/load-tfjs.js';
import { type OpenedModel, openGraph, openLayers } from './open-model.js';
import type { TfjsFile } from './read-model.js';

/** What is in a TensorFlow.js model, and what of it can be quantized. */
export type TfjsInspection = ModelInspection & {
  readonly name: string;
  /** Bytes of the JSON and of all weight files. */
  readonly totalBytes: number;
} & PossibleOrWhy;

/** What of a model can be quantized, and what it takes and gives where its topology tells; or why that cannot be told here. */
type PossibleOrWhy = Possible | { readonly unknown: string };

type Possible = Quantizable & Partial<ModelInterface>;

/**
 * Tells what is in a model. TensorFlow.js is needed only to tell what of it can be quantized; without it, or with a layer
 * that it does not know, the rest is told.
 *
 * @param methods - those that its activations may be quantized by
 * @throws LowbitError as `openLayers`.
 */
export async function inspectTfjs(model: TfjsFile, methods: Registry): Promise<TfjsInspection> {
  const { file, json, weights, totalBytes } = model;
  const { kind, lowbit, ...inside } = inspectModel(json, weights);
  return {
    kind,
    name: basename(file),
    ...inside,
    totalBytes,
    ...(lowbit && { lowbit }),
    ...(await possibleOrWhy(model, methods)),
  };
}

/** Asks TensorFlow.js, where it is installed and knows all layers of the model. */
async function possibleOrWhy(model: TfjsFile, methods: Registry): Promise<PossibleOrWhy> {
  try {
    const tfjs = await loadTfjs('inspect');
    return modelKind(model.json) === 'graph-model'
      ? await possibleIn(await openGraph(tfjs, model))
      : await possibleIn(await openLayers(tfjs, model, methods));
  } catch (error) {
    const isTold =
      isLowbitError(error) && ['runtime-missing', 'layer-unsupported', 'unknown-plugin'].includes(error.code);
    if (!isTold) throw error;
    return { unknown: error.message };
  }
}

async function possibleIn<M>({ port, dispose, values }: OpenedModel<M>): Promise<Possible> {
  try {
    const layers = await port.layers();
    return { ...values?.(), ...(await withoutUnfit(quantizableIn(layers), layers)) };
  } finally {
    dispose();
  }
}
