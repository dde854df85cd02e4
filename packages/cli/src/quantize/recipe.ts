import { cascade, ends, everywhere, type BitwidthPolicy, type Recipe } from '@lowbit/core';
import { choosePluginOf, defined } from '@lowbit/core/adapter';
import { budget } from '@lowbit/core/policy';

import { hasBudget } from '../usage/budget-options.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { integerForm } from '../usage/integer-form.js';
import { integerLayers } from './integer-layers.js';

/**
 * The recipe that the options describe.
 *
 * @param data - that a policy may decide by
 * @param known - what is known already: of what a budget decides by, and statistics that were stored
 */
export function recipeFrom(
  options: QuantizeOptions,
  data: Recipe['data'],
  { measurements, calibration }: Pick<Recipe, 'measurements' | 'calibration'> = {},
): Recipe {
  const { includeOp, excludeOp, rounding, correctBiases } = options;
  const { weights, granularity, include, exclude, activations, activationBits, methods, parameters } =
    options;
  return {
    weights,
    bits: policyFrom(options),
    ...defined({ granularity }),
    registry: methods,
    ...defined({ parameterStorage: parameters, rounding, correctBiases, data, measurements, calibration }),
    ...(include.length > 0 ? { include } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(includeOp.length > 0 ? { includeOps: includeOp } : {}),
    ...(excludeOp.length > 0 ? { excludeOps: excludeOp } : {}),
    ...defined({ activations, activationBits }),
  };
}

function policyFrom(options: QuantizeOptions): BitwidthPolicy {
  const { weights, firstLast, granularity, methods, activations } = options;
  return cascade(
    bitsPolicy(options),
    ...(firstLast === undefined ? [] : [ends(firstLast)]),
    ...(integerForm(options, undefined) === undefined
      ? []
      : [integerLayers(weights, granularity, methods, activations)]),
  );
}

/** What decides bits: a number, a policy by its name, or one that spends a budget. */
export function bitsPolicy(given: QuantizeOptions): BitwidthPolicy {
  const { bits, methods } = given;
  const spender = budgetPolicy(given);
  if (spender !== undefined) return spender;
  if (typeof bits === 'number' || bits === 'float') return everywhere(bits);
  const { plugin, options } = choosePluginOf('policy', bits, methods);
  return { ...plugin, configured: options };
}

/** The policy that spends what the options allow; `undefined` where they set no limit. */
function budgetPolicy(options: QuantizeOptions): BitwidthPolicy | undefined {
  if (!hasBudget(options)) return undefined;
  const {
    targetSize: bytes,
    averageBits,
    maxLoss,
    minSqnr,
    choices,
    decreasing,
    taskMetric: metric,
  } = options;
  // A metric in which no loss is limited is what bits are chosen by.
  const by = metric !== undefined && maxLoss === undefined ? ('metric' as const) : undefined;
  return budget(defined({ bytes, averageBits, maxLoss, minSqnr, choices, decreasing, metric, by }));
}
