import type { QuantizedTensor, StorageNote } from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import { type Int8Weight, int8Weight } from './int8-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layer.js';
import { measuresRange, type Uint8Site, uint8Site } from '../sites/uint8-site.js';

/** A layer that is computed in integers, with its codes. */
export interface IntegerWork {
  readonly layer: IntegerLayer;
  readonly weight: Int8Weight;
}

/** A layer whose input is quantized with parameters that are known beforehand. */
export interface StaticWork extends IntegerWork {
  readonly input: Uint8Site;
}

export const isStatic = (work: IntegerWork): work is StaticWork => 'input' in work;

/** What was decided, with all of its weights: integer layers are chosen by what these are. */
export interface WholeOutcome extends Outcome {
  readonly weights: ReadonlyMap<string, QuantizedTensor>;
  /** What biases take off, by the ids of weights. */
  readonly shifts: ReadonlyMap<string, Float32Array>;
}

/** A layer with its codes; a text where its weight or its input are not such as integers can be multiplied. */
export function workOf(
  layer: IntegerLayer,
  { weights, activations, floatSites }: WholeOutcome,
): IntegerWork | StaticWork | string {
  const tensor = weights.get(layer.weight.id);
  const site = activations.get(layer.input);
  if (tensor === undefined) return 'its weight is not quantized';
  if (site === undefined) return floatInput(floatSites.get(layer.input));
  const weight = int8Weight(tensor, layer.channelAxis);
  if (typeof weight === 'string') return weight;
  if (measuresRange(site)) return { layer, weight };
  const input = uint8Site(site);
  return typeof input === 'string' ? input : { layer, weight, input };
}

const floatInput = (why: string | undefined): string =>
  why === undefined ? 'its input is not quantized' : `its input stays float: ${why}`;

/** How a layer was written. */
export interface WrittenLayer {
  /** The integer operator that uses the codes. */
  readonly form: string;
  readonly reason: string;
}

/** The report's line on the weight of a layer that was just written. */
export function noteOf(
  { layer, weight }: IntegerWork,
  { form, reason }: WrittenLayer,
  edit: IntegerEdit,
): StorageNote {
  const { bytes, valueBytes } = edit.takeBytes();
  // Runtimes keep the codes of a tied table twice: as rows, and turned for the product.
  const turned = layer.tied === undefined ? 0 : weight.codes.length;
  return { id: layer.weight.id, form, storedBytes: bytes, valueBytes, memoryBytes: bytes + turned, reason };
}
