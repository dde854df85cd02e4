import type { QuantizedTensor } from '@lowbit/core';
import { checkStored } from './check-given.js';
import { expandWeight } from './expand-weight.js';
import { packWeight } from './packed-weight.js';
import type { StoredWeight } from './stored-weights.js';
import { isPacked } from './weight-spec.js';

/**
 * A weight that TensorFlow.js stores as uint8 or uint16, packed to as few bits as its numbers need: a codebook of the values that
 * they stand for, so that nothing changes.
 *
 * @returns `undefined` for any other weight, and where that would not be smaller.
 */
export function packedPlain(weight: StoredWeight): StoredWeight | undefined {
  checkStored(weight, 'packedPlain');
  const { spec, bytes } = weight;
  const { quantization, shape, name } = spec;
  if (isPacked(spec) || (quantization?.dtype !== 'uint8' && quantization?.dtype !== 'uint16'))
    return undefined;
  const Numbers = quantization.dtype === 'uint8' ? Uint8Array : Uint16Array;
  const codes = new Numbers(bytes.slice().buffer);
  let levels = 1;
  for (const code of codes) levels = Math.max(levels, code + 1);
  const all = new Numbers(levels).map((_: number, code: number) => code);
  const values = expandWeight(
    { spec: { ...spec, shape: [levels] }, bytes: new Uint8Array(all.buffer) },
    name,
  );
  const tensor: QuantizedTensor = {
    shape,
    slicing: 'tensor',
    bits: Math.max(1, Math.ceil(Math.log2(levels))),
    codes,
    scheme: { kind: 'codebook', levels, values },
    parameterStorage: 'float32',
  };
  const packed = packWeight(name, tensor);
  return packed.bytes.length < bytes.length ? packed : undefined;
}
