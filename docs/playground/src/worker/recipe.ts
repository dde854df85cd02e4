import { cascade, ends, everywhere, type BitwidthPolicy, type Recipe } from '@lowbit/core';
import { chooseQuantizer } from '@lowbit/core/adapter';
import { registry } from '@lowbit/methods';
import { integerLayers } from 'lowbit/browser';
import type { Settings } from '../shared/messages.js';

/** The recipe that the form describes. */
export function recipeOf(settings: Settings): Recipe {
  const { method, granularity, parameterStorage, madeFor } = settings;
  return {
    registry,
    weights: method,
    ...(granularity === undefined ? {} : { granularity }),
    parameterStorage,
    bits: policyOf(settings),
    ...(madeFor === 'integers' ? { activations: 'dynamic' } : {}),
  };
}

function policyOf(settings: Settings): BitwidthPolicy {
  const { method, bits, granularity, madeFor } = settings;
  return cascade(
    everywhere(bits),
    ...endsOf(settings),
    ...(madeFor === 'integers' ? [integerLayers(method, granularity)] : []),
  );
}

/** The ends are min-max where the method does not offer their bits. */
function endsOf({ method, ends: bits }: Settings): readonly BitwidthPolicy[] {
  if (bits === 'same') return [];
  const { weight = [] } = chooseQuantizer(method, registry).quantizer.bits;
  const isOffered = bits === 'float' || weight.includes(bits);
  return [ends(bits, isOffered ? {} : { weights: 'min-max' })];
}
