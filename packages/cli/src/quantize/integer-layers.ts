import { chooseQuantizer, type BitwidthPolicy, type Granularity, type Registry } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import { integerWeights } from '@lowbit/onnx';

/** Methods whose grids always have 0 in the middle. */
const alwaysSymmetric = ['absmax', 'fixed-point'];

/** Integer operators hold each weight in 8 bits, so that fewer would save nothing. */
const integerBits = 8;

/**
 * What integer operators ask of the weights of the layers that become integer: 8 bits, grids with 0 in the middle, and
 * one of these for each output channel or for all. Other weights keep what they have.
 *
 * @param methods - what the name of the method stands for; default: lowbit's own
 */
export function integerLayers(
  weights: string,
  granularity: Granularity | undefined,
  methods: Registry = registry,
): BitwidthPolicy {
  const symmetric = integerWeights(symmetricMethod(weights, methods));
  const shared = granularity === 'tensor' ? 'tensor' : 'channel';
  return {
    ...symmetric,
    assign(draft, layers, context) {
      const assigned = new Map(symmetric.assign(draft, layers, context).map((entry) => [entry.id, entry]));
      return draft.map((entry) => {
        const integer = assigned.get(entry.id) ?? entry;
        if (entry.bits === 'float' || integer === entry) return entry;
        return { ...integer, bits: integerBits, granularity: shared };
      });
    },
  };
}

/** The method that was asked for where it can be symmetric, else the one that makes the smallest error. */
export function symmetricMethod(choice: string, methods: Registry = registry): string {
  const { quantizer, options } = chooseQuantizer(choice, methods);
  const offered = alwaysSymmetric.includes(quantizer.name) || quantizer.options?.['grid'] !== undefined;
  if (!offered) return 'mse:grid=symmetric,levels=odd';
  const chosen = Object.entries({ ...options, ...quantizer.grids?.symmetric });
  const settings = chosen.map(([key, value]) => `${key}=${value}`);
  return [quantizer.name, settings.join(',')].filter((part) => part !== '').join(':');
}
