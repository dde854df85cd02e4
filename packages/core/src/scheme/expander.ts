import { unpackTensor, type PackedTensor } from './container.js';
import { runDecoder } from './decode.js';
import { expandedBlocks } from './expanded-blocks.js';
import { sliceLayout } from './slicing.js';

/** Writes the values of a packed tensor, row-major. */
export type Expand = (into: Float32Array) => void;

/**
 * Expands a packed tensor again and again: the values of `decode(unpackTensor(packed))`, without memory for codes in between.
 *
 * @throws LowbitError `packed-data` as `unpackTensor`, for codes that stand for no level when it expands the first time.
 */
export function expander(packed: PackedTensor): Expand {
  const eachBlock = expandedBlocks(packed, 'expander(packed)');
  if (eachBlock === undefined) return (into) => expandPlainly(packed, into);
  return (into) => eachBlock((values, from) => into.set(values, from));
}

/** Without the loops of WebAssembly. */
function expandPlainly(packed: PackedTensor, into: Float32Array): void {
  const tensor = unpackTensor(packed);
  const { runs } = sliceLayout(tensor.shape, tensor.slicing);
  const decodeRun = runDecoder(tensor, runs, into);
  runs.each((from, to, slice) => decodeRun(from, to, slice, from));
}
