import { checkCalibration } from '../calibration/check-calibration.js';
import type { Calibration } from '../calibration/site-statistics.js';
import { LowbitError } from '../errors/error.js';
import { stopIfAborted } from '../errors/stop-if-aborted.js';
import type { ModelPort } from '../contract/port.js';
import type { Quantizer } from '../contract/quantizer.js';
import { batchesType } from '../contract/check-batches.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { Recipe } from '../contract/recipe.js';
import { repeatable, type RepeatableData } from '../contract/repeatable-data.js';
import type { InputMemory } from './observed-in-turn.js';
import { asksInputs } from './rounding-inputs.js';
import { defined } from '../contract/defined.js';

/** What a plan is fitted to. */
export interface MeasuredInputs {
  /** Statistics that somebody has already. */
  readonly calibration?: Calibration | undefined;
  readonly data?: RepeatableData | undefined;
  /** What was seen of the inputs of weights, while it is of use: budgets write more than once. */
  readonly memory?: InputMemory | undefined;
}

/** The recipe with data that are read as often as needed; as it is where it has none, or something else in its place. */
export function withRepeatable(recipe: Recipe): {
  readonly recipe: Recipe;
  readonly data?: RepeatableData | undefined;
} {
  const given = (Object(recipe) as Recipe).data;
  if (given === undefined || !batchesType.fits(given)) return { recipe };
  const data = repeatable(given);
  return { recipe: { ...recipe, data: data.batches }, data };
}

/**
 * The statistics that the activation sites of a plan are fitted to: those that are there already, or what their quantizers need of the
 * data. `undefined` where nothing is needed, and without data.
 *
 * @throws LowbitError `invalid-argument`, `calibration-invalid` for other statistics; `calibration-missing` for a port that cannot run its model; `aborted`; the port's own errors.
 */
export async function statisticsFor<M>(
  port: ModelPort<M>,
  { sites }: ResolvedPlan,
  { calibration, data }: MeasuredInputs,
  { signal, onProgress, statistics }: QuantizeOptions,
): Promise<Calibration | undefined> {
  if (calibration !== undefined) {
    checkCalibration(calibration);
    checkSamePort(calibration.port, port.name);
  }
  const isOfInputsAlone = calibration?.inputs !== undefined && Object.keys(calibration.sites).length === 0;
  if ((calibration !== undefined && !isOfInputsAlone) || data === undefined) return calibration;
  const fitted = sites.filter(({ quantizer }) => !quantizer.dynamic);
  if (fitted.length === 0) return calibration;
  if (port.observe === undefined)
    throw cannotRun(
      port.name,
      fitted.map(({ quantizer }) => quantizer),
    );
  const needed = fitted.every(({ quantizer }) => quantizer.needs === 'ranges') ? 'ranges' : 'all';
  const observed = await port.observe(data.batches, {
    statistics: statistics ?? needed,
    ...defined({ signal }),
    onProgress: (event) => onProgress?.({ ...event, phase: 'observe' }),
  });
  stopIfAborted(signal, 'observe');
  return { ...observed, ...defined({ inputs: calibration?.inputs }) };
}

/** @throws LowbitError `calibration-invalid` for statistics of a model of another kind. */
function checkSamePort(received: string, own: string): void {
  if (received === own) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: 'calibration: port',
    expected: `'${own}', the port of this model`,
    received: `'${received}'`,
    remedy: 'Statistics belong to one model: observe this one, calibration: await port.observe(…).',
  });
}

/**
 * What there is to say of the data, for the report: that nothing was measured on them, or that they are kept in memory.
 *
 * @param isMeasured Whether something was.
 * @param uncompared Why outputs were not compared on them.
 */
export function dataWarnings(
  { calibration, data }: MeasuredInputs,
  { plan, sites, entries }: ResolvedPlan,
  isMeasured: boolean,
  uncompared?: string,
): readonly string[] {
  const isUnused = calibration?.inputs !== undefined && sites.length === 0 && !entries.some(asksInputs);
  const unused = isUnused ? [unusedStatistics] : [];
  if (data === undefined) return unused;
  const kept = data.kept();
  if (isMeasured)
    return kept === 0
      ? []
      : [
          `data: ${kept} batches were kept in memory, since they can be iterated over only once; of a list of files, as readBatches gives them, one is in memory at a time`,
        ];
  const why =
    calibration !== undefined
      ? 'there are statistics already'
      : plan.activations === undefined
        ? 'weights alone are quantized, and bits are decided without them'
        : sites.length === 0
          ? 'no layer of the plan takes quantized activations (where integers were asked for, each weight says why)'
          : 'ranges are measured on every run';
  const outputs = uncompared === undefined ? '' : `, and outputs are not compared, since ${uncompared}`;
  return [`data: the data were not read, since ${why}${outputs}`];
}

const unusedStatistics =
  'calibration: the statistics of inputs of weights were not used, since the plan rounds all weights to the nearest level and corrects no bias';

function cannotRun(name: string, quantizers: readonly Quantizer[]): LowbitError {
  const names = [...new Set(quantizers.map((quantizer) => quantizer.name))];
  return new LowbitError({
    code: 'calibration-missing',
    where: 'data',
    expected: `a port that can run its model, to observe what ${names.join(', ')} is fitted to`,
    received: `a port '${name}' that cannot`,
    remedy:
      'Give the port what runs the model, as in onnx(bytes, { ort }) or keras(file, { runner }) with runner of @lowbit/tfjs, or pass statistics that were observed elsewhere as calibration.',
  });
}
