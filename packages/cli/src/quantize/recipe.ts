import { cascade, ends, everywhere, type BitwidthPolicy, type Recipe } from '@lowbit/core';
import { registry } from '@lowbit/methods';

import type { QuantizeOptions } from '../commands/quantize-options.js';
import { integerForm } from '../usage/integer-form.js';
import { integerLayers } from './integer-layers.js';

/** The recipe that the options describe. */
export function recipeFrom(options: QuantizeOptions): Recipe {
  const { weights, granularity, include, exclude, activations, activationBits } = options;
  return {
    weights,
    bits: policyFrom(options),
    granularity,
    registry,
    ...(include.length > 0 ? { include } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(activations === undefined ? {} : { activations }),
    ...(activationBits === undefined ? {} : { activationBits }),
  };
}

function policyFrom(options: QuantizeOptions): BitwidthPolicy {
  const { weights, bits, firstLast, granularity } = options;
  return cascade(
    everywhere(bits),
    ...(firstLast === undefined ? [] : [ends(firstLast)]),
    ...(integerForm(options, undefined) === undefined ? [] : [integerLayers(weights, granularity)]),
  );
}
