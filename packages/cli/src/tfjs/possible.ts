import {
  isLowbitError,
  type LayerDescriptor,
  type Registry,
  type SkipNote,
  type WeightDescriptor,
} from '@lowbit/core';
import type { Inspection } from '@lowbit/onnx';
import { modelKind } from '@lowbit/tfjs-format';
import { rollups, sum } from 'd3-array';

import type { ModelInterface } from '../model/model-interface.js';
import { loadTfjs } from '../runtime/load-tfjs.js';
import { openGraph } from './open-graph.js';
import { openLayers, type OpenedModel } from './open-model.js';
import type { TfjsFile } from './read-model.js';

/** What of a model can be quantized, and what it takes and gives where its topology tells. */
export type Possible = Pick<Inspection, 'quantizable' | 'quantizableBytes' | 'skipped'> &
  Partial<Pick<ModelInterface, 'inputs' | 'outputs'>>;

/** What is asked of a model by building it, or why that cannot be done here. */
export type PossibleOrWhy = Possible | { readonly unknown: string };

/**
 * Asks TensorFlow.js, where it is installed and knows all layers of the model, and `methods` its quantizers.
 *
 * @param methods - those that its activations may be quantized by
 * @throws LowbitError as `openLayers`.
 */
export async function possibleOrWhy(model: TfjsFile, methods: Registry): Promise<PossibleOrWhy> {
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
    return { ...values?.(), ...possibleOf(await port.layers()) };
  } finally {
    dispose();
  }
}

function possibleOf(layers: readonly LayerDescriptor[]): Possible {
  const all = layers.flatMap(({ id: layer, op, weights }) =>
    weights
      .filter(isFree)
      .map(({ id, shape, storedBytes: bytes }) => ({ id, layer, op, shape, type: 'float32', bytes })),
  );
  const quantizable = [...new Map(all.map((weight) => [weight.id, weight])).values()];
  const notes = layers.flatMap(({ op, weights, skipped = [] }) =>
    [...weights.flatMap(quantizedNote), ...skipped].map((note) => ({ op, ...note })),
  );
  const skipped = rollups(
    notes,
    (group) => group.map(({ subject }) => subject),
    ({ reason }) => reason,
    ({ op }) => op,
  ).flatMap(([reason, ops]) =>
    ops.map(([op, subjects]) => ({ op, reason, count: subjects.length, subjects })),
  );
  return { quantizable, quantizableBytes: sum(quantizable, ({ bytes }) => bytes), skipped };
}

const isFree = ({ quantizedBefore }: WeightDescriptor): boolean => quantizedBefore === undefined;

function quantizedNote({ id, quantizedBefore: reason }: WeightDescriptor): SkipNote[] {
  return reason === undefined ? [] : [{ subject: id, reason }];
}
