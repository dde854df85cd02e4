import { checkArgument } from '@lowbit/core/adapter';
import type { OnnxModel } from './model.js';

/** @throws LowbitError `invalid-argument` for what is no model that was read. */
export function checkModel(value: unknown, where: string): void {
  const { proto, opset } = Object(value) as Partial<OnnxModel>;
  const fits = typeof proto === 'object' && typeof opset === 'number';
  const remedy = 'Read the bytes of a file first: readModel(bytes).';
  checkArgument(fits, value, { where, expected: 'what readModel gave', remedy });
}
