import type { Registry } from '@lowbit/core';
import { optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';
import type { ToOnnxOptions } from './to-onnx.js';

/** Lists of axes are inputs since the older one; the newer one is the newest that the builder knows. */
const [oldest, newest] = [13, 25];

/** What a file is written with. */
export const optionsOfGraph: OptionTypes<Omit<ToOnnxOptions, 'original'>> = {
  opset: {
    expected: `an operator set from ${oldest} to ${newest}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= oldest && Number(value) <= newest,
  },
  name: { expected: 'a text', fits: (value) => typeof value === 'string' && value !== '' },
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
  optimize: optionTypes.any,
  target: optionTypes.any,
  registry: {
    expected: 'a registry of plugins',
    fits: (value) => typeof (Object(value) as Partial<Registry>).list === 'function',
    remedy: 'Write registry([minMax(), …]), with registry of @lowbit/core.',
  },
  external: optionTypes.flag,
  externalPath: { expected: 'a text', fits: (value) => typeof value === 'string' },
};

/** Whether a value is a model of Keras. */
export function isModel(model: unknown): boolean {
  const { network, weights } = Object(model) as Partial<KerasModel>;
  return Array.isArray(network?.layers) && Array.isArray(weights);
}
