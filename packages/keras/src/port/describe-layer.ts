import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import {
  brokenWarning,
  kernelView,
  layerFamilies,
  layerFloatReason,
  weightFloatReason,
  type KernelAxes,
  type KernelRule,
} from '@lowbit/tfjs-format';

import type { KerasWeight } from '../model.js';
import { describeSites } from './describe-sites.js';
import { layerBias } from './corrected-biases.js';
import type { Leaf } from './leaves.js';

/** One layer for the core; `depth` is its place in the order of execution. */
export async function describeLayer(leaf: Leaf, depth: number): Promise<LayerDescriptor> {
  const { id, className: op, weights, config } = leaf.layer;
  const base = { id, op, depth, sites: await describeSites(leaf) };
  const family = layerFamilies[op];
  if (family === undefined) {
    const reason = layerFloatReason(op, weights.length > 0);
    return { ...base, weights: [], skipped: [{ subject: id, reason }, ...(await brokenNotes(weights))] };
  }
  const ruleOf = ({ name }: KerasWeight) =>
    family.kernels.find(({ variable }) => variable === name.replaceAll('/', '_'));
  const described = weights.flatMap((weight) => {
    const axes = ruleOf(weight)?.axes(weight.shape.length, config);
    if (axes === undefined) return [];
    const place = layerBias(leaf, weight);
    const bias = typeof place === 'string' ? place : true;
    return [{ ...describeWeight(weight, ruleOf(weight)!.kernel, axes), bias } as const];
  });
  const known = new Set(described.map(({ id: weightId }) => weightId));
  const left = weights.filter((weight) => !known.has(weight.id));
  const broken = new Map((await brokenNotes(left)).map((note) => [note.subject, note]));
  const skipped = left.map((weight) => broken.get(weight.id) ?? skipNote(weight));
  return { ...base, weights: described, ...(skipped.length > 0 && { skipped }) };
}

const skipNote = ({ id, name }: KerasWeight): SkipNote => ({
  subject: id,
  reason: weightFloatReason(name.replaceAll('/', '_'), 'float32'),
});

/** Of weights that hold a value that is no number. */
async function brokenNotes(weights: readonly KerasWeight[]): Promise<readonly SkipNote[]> {
  const notes: SkipNote[] = [];
  for (const weight of weights) {
    const warning = brokenWarning(await weight.read());
    if (warning !== undefined) notes.push({ ...skipNote(weight), warning });
  }
  return notes;
}

function describeWeight(
  weight: KerasWeight,
  kernel: KernelRule['kernel'],
  axes: KernelAxes,
): WeightDescriptor {
  const { id, shape, packed } = weight;
  return {
    id,
    kernel,
    ...kernelView(shape, axes),
    storedBytes: weightBytes(weight),
    ...(packed !== undefined && {
      quantizedBefore: `quantized already by lowbit: ${packed.header.bits} bits`,
    }),
    read: () => weight.read(),
  };
}

/** Bytes of a weight as the model holds it. */
export function weightBytes({ shape, storedType, packed }: KerasWeight): number {
  if (packed !== undefined) return packed.codes.length + packed.parameters.length;
  const bits = storedType === 'bool' ? 8 : Number(/\d+$/.exec(storedType)![0]);
  return (sizeOf(shape) * bits) / 8;
}
