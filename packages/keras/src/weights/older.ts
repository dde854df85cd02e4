import type { LayerDraft } from '../topology/layer-draft.js';
import type { Origin } from '../topology/older-problems.js';
import { fits, leavesOf, type Slot } from './slots.js';
import { flipped, joined, reshaped, transposed, type StoredTensor } from './tensors.js';

/**
 * Gates that Keras 1 stored one by one, `[W, U, b]` of each, in the order in which they are joined now: input, forget, cell, output of an
 * LSTM that was stored as input, cell, forget, output; update, reset, candidate of a GRU.
 */
const gates: ReadonlyMap<string, readonly number[]> = new Map([
  ['LSTM', [0, 2, 1, 3]],
  ['ConvLSTM2D', [0, 2, 1, 3]],
  ['GRU', [0, 1, 2]],
]);

/** Tensors of a layer of Keras 1 with the gates of recurrent layers joined; others as they are. */
export function joinGates(layer: LayerDraft, tensors: readonly StoredTensor[]): readonly StoredTensor[] {
  const leaves = leavesOf(layer);
  const counts = leaves.map(
    ({ className, rules = [] }) => (gates.get(className)?.length ?? 1) * rules.length,
  );
  const isSplit = leaves.some(({ className }) => gates.has(className));
  if (!isSplit || counts.reduce((sum, count) => sum + count, 0) !== tensors.length) return tensors;
  let at = 0;
  return leaves.flatMap(({ className, rules = [] }, i) => {
    const own = tensors.slice(at, (at += counts[i]!));
    const order = gates.get(className);
    if (order === undefined) return own;
    return rules.map((_, kind) => joined(order.map((gate) => own[gate * rules.length + kind]!)));
  });
}

/** Classes whose kernels Theano turns. */
const flippedByTheano = ['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'Conv3DTranspose', 'ConvLSTM2D'];

export const isFlippedByTheano = ({ className }: Pick<LayerDraft, 'className'>): boolean =>
  flippedByTheano.includes(className);

/**
 * A kernel as Keras 2 and 3 keep it, from one that Keras 1 laid out otherwise, or that Theano wrote, which turned kernels by 180° when it
 * convolved.
 */
export function modernKernel(slot: Slot, tensor: StoredTensor, origin: Origin): StoredTensor {
  const { layer, rule } = slot;
  if (rule.shape === undefined || !/kernel$/.test(rule.name)) return tensor;
  const isFlipped = origin.isFromTheano && isFlippedByTheano(layer);
  const found = layouts(layer.className, tensor, origin).find(({ shape }) => fits(rule.shape, shape));
  return isFlipped && found !== undefined ? flipped(found, found.shape.length - 2) : (found ?? tensor);
}

/** The kernel as it is, and in the layouts that it may have had. */
function layouts(className: string, tensor: StoredTensor, { isOfKeras1 }: Origin): readonly StoredTensor[] {
  const { shape } = tensor;
  if (shape.length !== 4) return [tensor];
  if (className === 'Conv1D') {
    // [length, 1, in, filters], before that [filters, in, length, 1].
    const old = shape[1] === 1 ? tensor : transposed(tensor, [2, 3, 1, 0]);
    return [reshaped(old, [old.shape[0]!, old.shape[2]!, old.shape[3]!])];
  }
  // [height, width, in, filters], where Keras 2 has the filters before what comes in; both may be equal.
  if (className === 'Conv2DTranspose' && isOfKeras1) return [transposed(tensor, [0, 1, 3, 2])];
  // [filters, in, height, width], which Keras turns by the order 3, 2, 0, 1 whenever shapes differ.
  const isKernel = ['Conv2D', 'Conv2DTranspose', 'ConvLSTM2D'].includes(className);
  return isKernel ? [tensor, transposed(tensor, [2, 3, 1, 0]), transposed(tensor, [3, 2, 0, 1])] : [tensor];
}
