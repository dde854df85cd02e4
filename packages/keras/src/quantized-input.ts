import type { FittedSite } from '@lowbit/core/adapter';
import { storeSite } from '@lowbit/tfjs-format';
import type { KerasLayer } from './model.js';

/** Class of a layer whose input is quantized before it computes. */
export const quantizedInputClass = 'QuantizedInput';

/**
 * A layer with its input quantized as the site says: a wrapper of its id and name, with the site in its configuration as `storeSite` writes it.
 * Quantized once, by the new site: one that was there goes.
 */
export function withQuantizedInput(layer: KerasLayer, site: FittedSite): KerasLayer {
  const { id, name, trainable } = layer;
  return {
    id,
    name,
    className: quantizedInputClass,
    config: { site: storeSite(site) },
    trainable,
    weights: [],
    parts: { layer: partOf(layer) },
  };
}

/** The layer behind a quantized input; any other is itself. */
export function partOf(layer: KerasLayer): KerasLayer {
  return layer.className === quantizedInputClass ? layer.parts['layer']! : layer;
}
