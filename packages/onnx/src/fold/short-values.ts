import type { TensorProto } from '../schema/proto.js';
import { constantValue, type ConstantValue } from './constant-value.js';

/** Up to this many values are held. */
const mostHeld = 4096;

/**
 * Reads tensors that stay as they are, those with few values once each: rules ask for the same bias again and again. The
 * values are not to be written on.
 */
export function shortValues(): (tensor: TensorProto) => ConstantValue | undefined {
  const held = new Map<TensorProto, ConstantValue>();
  return (tensor) => {
    const known = held.get(tensor);
    if (known !== undefined) return known;
    const value = constantValue(tensor);
    if (value !== undefined && value.values.length <= mostHeld) held.set(tensor, value);
    return value;
  };
}
