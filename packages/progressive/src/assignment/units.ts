import { type BitAssignment, type LayerDescriptor, sizeOf, type WeightDescriptor } from '@lowbit/core/method';

/** A layer whose bits are decided at once, with the weights that get them. */
export interface Unit {
  readonly layer: string;
  readonly weights: readonly UnitWeight[];
}

interface UnitWeight {
  readonly id: string;
  /** Number of values. */
  readonly count: number;
  /** The weight gets at least so many bits, whatever its layer gets. */
  readonly least: number;
}

/**
 * The layers that hold weights to quantize, by depth; weights that are to stay float are left out. A shared weight belongs
 * to its first layer, which gets the most bits.
 *
 * @param depthwise least bits of weights whose outputs read one input channel each
 */
export function unitsOf(
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  depthwise: number,
): readonly Unit[] {
  const open = new Set(draft.filter(({ bits }) => bits !== 'float').map(({ id }) => id));
  const units: Unit[] = [];
  for (const layer of [...layers].sort((a, b) => a.depth - b.depth)) {
    const weights = layer.weights.filter(({ id }) => open.delete(id));
    if (weights.length === 0) continue;
    units.push({ layer: layer.id, weights: weights.map((weight) => unitWeight(weight, depthwise)) });
  }
  return units;
}

function unitWeight(weight: WeightDescriptor, depthwise: number): UnitWeight {
  const { id, shape } = weight;
  const count = sizeOf(shape);
  return { id, count, least: readsOneChannel(weight) ? depthwise : 1 };
}

/** Bits that the weights of a layer take together when the layer gets `bits`. */
export function unitBits({ weights }: Unit, bits: number): number {
  return weights.reduce((sum, { count, least }) => sum + count * Math.max(bits, least), 0);
}

/**
 * Whether each output of a convolution reads a single input channel: a depthwise convolution, whose few values a filter
 * (9 for 3 × 3) average no error out. So does the first convolution on grey images.
 */
function readsOneChannel({ kernel, shape, inputAxis }: WeightDescriptor): boolean {
  if (kernel !== 'kernel' || shape.length < 3) return false;
  return inputAxis === undefined || shape[inputAxis] === 1;
}
