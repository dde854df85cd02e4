import { checkBatches } from '../contract/check-batches.js';
import { defined } from '../contract/defined.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import type { CandidateChoice, EffectKind, Measurements } from '../contract/measurements.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import type { Candidate, Metric } from '../contract/policy.js';
import type { Recipe } from '../contract/recipe.js';
import { repeatable } from '../contract/repeatable-data.js';
import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import { checkListOf } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { isPlainObject } from '../errors/is-plain-object.js';
import { pauses } from '../contract/pause.js';
import { checkMeasurements } from '../policy/check-measurements.js';
import { unspentDraft } from '../plan/draft-weights.js';
import { planPrepared, prepare } from '../plan/make-plan.js';
import { draftOfChoice } from '../policy/draft-of-choice.js';
import { matchesGlob } from '../policy/glob.js';
import { isSameChoice, nothingMeasured } from '../policy/known.js';
import { mergeMeasurements } from '../policy/merge-measurements.js';
import { measuringTogether } from './measuring-together.js';
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
 * In memory stand the outputs of the original on the samples (at most `mostBytes`, or those of one batch) and up to four times the
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
  const work = await beginMeasuring(port, batches, candidates, { where: 'measure', options });
  const { only, together, known, onMeasured, signal, onProgress } = options;
  const ids = [...work.prepared.weights.keys()];
  const chosen = only && ids.filter((id) => only.some((glob) => matchesGlob(glob, id)));
  return measureWeights(
    port,
    { ...work, ...defined({ together, only: chosen && new Set(chosen) }) },
    work.judge,
    { ...defined({ signal, onProgress }), known, onMeasured },
  );
}

/**
 * Measures what choices for the whole model do to its outputs: how far the sum of single effects tells the truth, or which of several
 * is best. A choice gives keys of candidates (`candidateKey`) by the ids of weights, as `frontier` does; weights that it does not name stay
 * as they are.
 *
 * In memory are all weights that are named, besides the outputs of the original.
 *
 * @returns What was `known`, with what was measured as `joint`; choices that were measured before are not measured again.
 * @throws LowbitError as {@link measure}; `calibration-missing` for a port that cannot run its model.
 * @example
 * const all = await measureChoices(port, batches, [2, 4, 8], frontier(measurements).map(({ choice }) => choice), { known: measurements });
 */
export async function measureChoices<M>(
  port: ModelPort<M>,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  candidates: readonly (number | 'float' | Candidate)[],
  choices: readonly CandidateChoice[],
  options: MeasureOptions = {},
): Promise<Measurements> {
  const where = 'measureChoices: choices';
  const isChoice = (value: unknown) => isPlainObject(value) && Object.values(value).every(isText);
  checkListOf(isChoice, choices, where, 'a list of keys of candidates by id');
  const work = await beginMeasuring(port, batches, candidates, { where: 'measureChoices', options });
  const { judge, prepared, draft, decided } = work;
  const run = port.run?.bind(port);
  if (judge === undefined || run === undefined) throw cannotRun(port.name);
  const pause = pauses(options.signal, 'measure');
  const measureTogether = measuringTogether(port, run, judge);
  const kind = { ...nothingMeasured(port.name), effect: judge.kind };
  let all = mergeMeasurements([options.known ?? kind, kind]);
  for (const [done, choice] of choices.entries()) {
    options.onProgress?.({ phase: 'measure', done, total: choices.length });
    await pause();
    if (all.joint.some((one) => isSameChoice(one.choice, choice))) continue;
    const drafts = draftOfChoice(draft, choice, work.candidates, decided);
    const { resolved } = planPrepared(port, prepared, drafts);
    const named = resolved.entries.filter(({ entry }) => entry.id in choice);
    const judged = await measureTogether(named);
    all = { ...all, joint: [...all.joint, { choice, ...judged }] };
    await options.onMeasured?.(all);
  }
  options.onProgress?.({ phase: 'measure', done: choices.length, total: choices.length });
  return all;
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Checks what is given, and prepares the model and what compares with it. */
export async function beginMeasuring<M>(
  port: ModelPort<M>,
  batches: Iterable<Batch> | AsyncIterable<Batch> | undefined,
  candidates: readonly (number | 'float' | Candidate)[],
  { where, options }: { readonly where: string; readonly options: MeasureOptions },
) {
  checkOptions(options, types, where);
  const expected = "a list of bits, 'float' and candidates such as { bits: 4 }";
  const isList = Array.isArray(candidates) && candidates.length > 0;
  checkArgument(isList, candidates, { where: `${where}: candidates`, expected });
  if (batches !== undefined) checkBatches(batches, `${where}: batches`);
  const { recipe = {}, known, by, metric, classes, samples, mostBytes } = options;
  if (known !== undefined) checkMeasurements(known, `${where}: option 'known'`);
  const prepared = await prepare(port, { ...recipe, bits: 8 }, options);
  const { draft, decided } = unspentDraft(prepared, prepared.recipe, prepared.policies, undefined);
  const settings = defined({ by, metric, classes, samples, mostBytes });
  const judge = await judgeOf(port, batches && repeatable(batches).batches, settings, options);
  const all = candidates.map((one) => (typeof one === 'object' ? one : { bits: one }));
  return { prepared, draft, decided, judge, candidates: all };
}

function cannotRun(name: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: 'measureChoices',
    expected: 'data, and a port that can run its model',
    received: `a port '${name}' that cannot, or no batches`,
    remedy:
      'Give the port what runs the model, as in onnx(bytes, { ort }) or keras(file, { runner }) with runner of @lowbit/tfjs.',
  });
}
