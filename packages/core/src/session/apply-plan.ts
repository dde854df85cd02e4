import type { Calibration } from '../calibration/statistics.js';
import { checkOptionNames } from '../errors/check-option-names.js';
import { throwProblems } from '../errors/error.js';
import type { ModelPort } from '../model/port.js';
import { checkPort } from '../model/check-port.js';
import { checkPlan, quantizedTwice } from '../plan/check-plan.js';
import { uniqueWeights } from '../plan/make-plan.js';
import type { QuantizationPlan } from '../plan/plan.js';
import { portForPlan } from '../plan/port-for-plan.js';
import { withLayers } from '../plan/with-layers.js';
import type { Registry } from '../plugin/registry.js';
import type { Report } from '../report/report.js';
import { quantizeOptions, type QuantizeOptions } from './events.js';
import { fitActivations } from './fit-activations.js';
import { brokenPromise } from './broken-promise.js';
import { gridCost } from './grid-cost.js';
import { quantizeWeight } from './quantize-weight.js';
import { writePlan, type EncodeOne, type RemarkOne } from './write-plan.js';

/** What `quantize` and `applyPlan` give. */
export interface Quantized<M> {
  readonly model: M;
  readonly plan: QuantizationPlan;
  readonly report: Report;
}

export interface ApplyOptions extends QuantizeOptions {
  /** Statistics that the plan's activation sites are fitted to. */
  readonly calibration?: Calibration;
}

/**
 * Quantizes every weight as the plan says, one at a time, and writes the result. Names in the plan are looked
 * up in `registry`; a port with forms takes the plan's. Throws what {@link checkPlan} and {@link quantizedTwice} find, `non-finite`, `plugin-failed`, `aborted`, and the
 * port's own errors.
 */
export async function applyPlan<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
  registry: Registry,
  options: ApplyOptions = {},
): Promise<Quantized<M>> {
  checkPort(port);
  checkOptionNames(options, [...quantizeOptions, 'calibration'], 'applyPlan');
  const formed = portForPlan(port, plan);
  const layers = await formed.layers();
  throwProblems([...checkPlan(plan, layers, registry, formed.supports), ...quantizedTwice(plan, layers)]);
  const activations = fitActivations(plan, registry, options.calibration, layers);
  const encodeOne: EncodeOne = (weight, values, entry, ranges) =>
    quantizeWeight(weight, values, entry, plan.seed, registry, { ranges });
  const remarkOne: RemarkOne = (weight, values, entry, { scheme }) => ({
    cost: () => gridCost(weight, values, entry, plan.seed, registry),
    broken: brokenPromise(weight, entry, scheme, registry, plan),
  });
  return writePlan(
    formed,
    withLayers(plan, uniqueWeights(layers)),
    activations,
    encodeOne,
    options,
    remarkOne,
  );
}
