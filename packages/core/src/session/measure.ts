import { checkBatches } from '../contract/check-batches.js';
import { defined } from '../contract/defined.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import type { EffectKind, Measurements } from '../contract/measurements.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import type { Candidate, Metric } from '../contract/policy.js';
import type { Recipe } from '../contract/recipe.js';
import { repeatable } from '../contract/repeatable-data.js';
import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import { isPlainObject } from '../errors/is-plain-object.js';
import { checkMeasurements } from '../policy/check-measurements.js';
import { unspentDraft } from '../plan/draft-weights.js';
import { prepare } from '../plan/make-plan.js';
import { matchesGlob } from '../policy/glob.js';
import { judgeOf, measureWeights } from './measure-weights.js';

export interface MeasureOptions extends SessionOptions {
  /** What holds of every candidate: quantizer, granularity, rules, what is left out, registry, seed. Its `bits` are not looked at. */
  readonly recipe?: Recipe;
  /** What is known already is not measured again. */
  readonly known?: Measurements;
  /** Called after each weight with all that is known by then, to be stored, so that an interruption costs one weight. */
  readonly onMeasured?: (measurements: Measurements) => unknown;
  /** Globs on weight ids: only these are measured, as a share of the work; shares are put together by `mergeMeasurements`. */
  readonly only?: readonly string[];
  /** Globs on ids: weights that match globs of the same list are one item. */
  readonly together?: readonly (readonly string[])[];
  /** What effects are; default: how far outputs are off. */
  readonly by?: EffectKind['of'];
  /** For effects by `metric`: larger is better. */
  readonly metric?: Metric;
  /** Names of outputs that hold logits of classes. Probabilities are known by themselves. */
  readonly classes?: readonly string[];
  /** Samples that are run, whole batches; default 64. */
  readonly samples?: number;
  /** Bytes that the outputs of the original may take in memory, where fewer samples have to do otherwise; default 256 MiB. */
  readonly mostBytes?: number;
}

const types: OptionTypes<MeasureOptions> = {
  ...sessionTypes,
  recipe: { expected: 'a recipe', fits: isPlainObject },
  known: optionTypes.any,
  onMeasured: optionTypes.callback,
  only: optionTypes.texts,
  together: {
    expected: 'a list of lists of globs',
    fits: (value) => Array.isArray(value) && value.every(optionTypes.texts.fits),
  },
  by: {
    expected: "'outputs', 'labels' or 'metric'",
    fits: (value) => ['outputs', 'labels', 'metric'].includes(value as string),
  },
  metric: optionTypes.callback,
  classes: optionTypes.texts,
  samples: optionTypes.count,
  mostBytes: optionTypes.count,
};

/**
 * Measures what each weight costs and loses with each candidate, one weight at a time, all others being float: its bytes as the port
 * would store it, how far it is off, and with data and a port that runs its model how far the outputs are off. Results are JSON; a
 * recipe takes them as `measurements`.
 *
 * In memory stand the outputs of the original on the samples (at most `mostBytes`, or those of one batch) and up to three times the
 * largest weight in float32, besides what the port needs.
 *
 * @param batches Without any, effects are not known.
 * @throws LowbitError of wrong arguments and recipes; `calibration-invalid`; `aborted`; the port's own errors.
 * @example
 * const measurements = await measure(onnx(bytes, { ort }), batches, [2, 3, 4, 8], { recipe: { registry } });
 * await quantize(onnx(bytes, { ort }), { registry, bits: budget({ bytes: 1_500_000, choices: [2, 3, 4, 8] }), measurements });
 */
export async function measure<M>(
  port: ModelPort<M>,
  batches: Iterable<Batch> | AsyncIterable<Batch> | undefined,
  candidates: readonly (number | 'float' | Candidate)[],
  options: MeasureOptions = {},
): Promise<Measurements> {
  checkOptions(options, types, 'measure');
  const expected = "a list of bits, 'float' and candidates such as { bits: 4 }";
  const isList = Array.isArray(candidates) && candidates.length > 0;
  checkArgument(isList, candidates, { where: 'measure: candidates', expected });
  if (batches !== undefined) checkBatches(batches, 'measure: batches');
  const { recipe: given = {}, known, onMeasured, only, together, ...settings } = options;
  if (known !== undefined) checkMeasurements(known, "measure: option 'known'");
  const prepared = await prepare(port, { ...given, bits: 8 }, options);
  const { weights, policies } = prepared;
  const { draft, decided } = unspentDraft(prepared, prepared.recipe, policies, undefined);
  const judge = await judgeOf(port, batches && repeatable(batches).batches, settings, options);
  const chosen = only && [...weights.keys()].filter((id) => only.some((glob) => matchesGlob(glob, id)));
  const work = {
    prepared,
    draft,
    decided,
    candidates: candidates.map((one) => (typeof one === 'object' ? one : { bits: one })),
    ...defined({ together, only: chosen && new Set(chosen) }),
  };
  const { signal, onProgress } = options;
  return measureWeights(port, work, judge, { ...defined({ signal, onProgress }), known, onMeasured });
}
