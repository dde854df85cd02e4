import { defined } from '../contract/defined.js';
import { quantizeTypes } from '../contract/events.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { checkOptions, optionTypes } from '../errors/check-argument.js';
import { type PlannedWork, type PlanOptions, prepare } from '../plan/make-plan.js';
import { withRepeatable } from './observe-data.js';
import { planOf } from './plan-of.js';

/**
 * Decides what happens to every weight. Later sources win: the recipe's settings, its bit policy, its rules,
 * then `include` and `exclude`. What was quantized before stays as it is, unless the plan is for training. Throws one error with every problem found (see {@link resolvePlan}), or
 * `nothing-to-quantize` when every weight would stay as it is. A policy that spends a budget is given what is measured for it, on the
 * recipe's data; what it chooses is written to see its size.
 */
export async function makePlan<M>(
  port: ModelPort<M>,
  given: Recipe,
  options: PlanOptions = {},
): Promise<PlannedWork> {
  checkOptions(options, { ...quantizeTypes, forTraining: optionTypes.flag }, 'makePlan');
  const { recipe, data } = withRepeatable(given);
  const prepared = await prepare(port, recipe, options);
  const { resolved, measurements, budget, warnings } = await planOf(
    port,
    prepared,
    { data, calibration: recipe.calibration, memory: {} },
    options,
  );
  const features = prepared.recipe.features === recipe.features ? undefined : prepared.recipe.features;
  const registry = prepared.plugins.registry();
  const plan = { ...resolved.plan, ...defined({ averageBits: budget?.averageBits }) };
  return { plan, registry, ...defined({ features, measurements, budget }), warnings };
}
