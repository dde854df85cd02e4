import type { QuantizerChoice } from '../contract/choice.js';
import { defined } from '../contract/defined.js';
import type { CandidateChoice, EffectKind, Measurements } from '../contract/measurements.js';
import type { BitAssignment, BitwidthPolicy, Candidate, Metric, PolicyContext } from '../contract/policy.js';
import { checkOptions, optionTypes, type OptionType, type OptionTypes } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { candidateKey } from './candidates.js';
import { isSameChoice, nothingMeasured } from './known.js';
import { assigned, type BudgetProblem, budgetProblem, bytesOfChoice, isOf } from './budget-problem.js';
import { smallestOfFewKinds } from './fewer-kinds.js';
import { infeasible } from './infeasible.js';
import type { Limits } from './limits.js';
import { nextChoice } from './next-choice.js';
import { smallestChoice, smallestWritten } from './smallest-choice.js';

/** What can be afforded, one limit at least, and what may be chosen. */
export interface Budget {
  /** Bytes of the written model at most, its data files and the parameters of the weights included. */
  readonly bytes?: number;
  /** Stored bits a value at most, on average over the weights that can be quantized: codes and parameters (scales, zero points, codebooks), no names and nodes. */
  readonly averageBits?: number;
  /**
   * Points of labels that are named first, or of the metric's value, that may be lost. Wants data, with labels unless there is a
   * `metric`. It is checked by running results: the smallest that holds is taken.
   */
  readonly maxLoss?: number;
  /** Decibels of signal to noise of every float output at least. Wants data, and is checked by running results: the smallest that holds is taken. */
  readonly minSqnr?: number;
  /** Σ multiply-accumulates · bits of the weight · `activationBits` of one sample at most. */
  readonly bitOperations?: number;
  /** Bits of activations in products, for `bitOperations`. Default 32. */
  readonly activationBits?: number;
  /** Widths, or whole candidates. Default 2, 3, 4, 5, 6 and 8 bits. */
  readonly choices?: readonly (number | 'float' | Candidate)[];
  /** Quantizers that each width may have. Default: that of the recipe. */
  readonly methods?: readonly QuantizerChoice[];
  /** Bits never rise with depth, but for weights that are decided before. */
  readonly decreasing?: boolean;
  /** For `maxLoss` in place of labels: larger is better. */
  readonly metric?: Metric;
  /** What effects of weights are: how far outputs are off, which is the default, or what labels or the `metric` lose. */
  readonly by?: EffectKind['of'];
  /** Names of outputs that hold logits of classes. Probabilities are known by themselves. */
  readonly classes?: readonly string[];
  /** Globs on ids: weights that match globs of the same list get the same. */
  readonly together?: readonly (readonly string[])[];
  /**
   * Choices for the whole model that are measured at most, on data, beside one width everywhere. Default: 12, and for a limit of size two more for each weight, 150 at
   * most, by which it is known what weights are worth beside each other.
   */
  readonly tries?: number;
}

const above: OptionType = {
  expected: 'a finite number above 0',
  fits: (value) => typeof value === 'number' && value > 0 && value < Infinity,
};
const list: OptionType = {
  expected: 'a list that is not empty',
  fits: (value) => Array.isArray(value) && value.length > 0,
};
const types: OptionTypes<Budget> = {
  bytes: above,
  averageBits: above,
  maxLoss: {
    expected: 'a number from 0',
    fits: (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  },
  minSqnr: above,
  bitOperations: above,
  activationBits: above,
  choices: { ...list, expected: "a list of bits, 'float' and candidates such as { bits: 4 }" },
  methods: list,
  decreasing: optionTypes.flag,
  metric: optionTypes.callback,
  by: {
    expected: "'outputs', 'labels' or 'metric'",
    fits: (value) => ['outputs', 'labels', 'metric'].includes(value as string),
  },
  classes: optionTypes.texts,
  together: {
    expected: 'a list of lists of globs',
    fits: (value) => Array.isArray(value) && value.every(optionTypes.texts.fits),
  },
  tries: optionTypes.count,
};
const limitNames = ['bytes', 'averageBits', 'maxLoss', 'minSqnr', 'bitOperations'] as const;
const defaultWidths: readonly number[] = [2, 3, 4, 5, 6, 8];

/**
 * The best bits that a budget can afford: what each weight loses with each candidate is measured, and the choice that loses least in sum
 * is taken, within all limits that are given; or, for limits of quality alone, the smallest. `quantize` measures by itself: on the
 * recipe's data how far the outputs are off when one weight is quantized, and then the whole; without data how far the weights
 * themselves are off, which says little, and reasons say so.
 *
 * Weights that rules or policies before it in a `cascade` have decided stay as they are, and count. In a `cascade` it is asked last.
 *
 * The sum of losses is a multiple-choice knapsack, solved exactly, or with a gap that reasons tell.
 *
 * @throws LowbitError `invalid-argument`; from `assign`: `budget-infeasible`, `calibration-missing`.
 * @example
 * await quantize(onnx(bytes, { ort }), { registry, bits: budget({ bytes: 1_500_000 }), data: readBatches('photos') });
 */
export function budget(given: Budget): BitwidthPolicy {
  checkOptions(given, types, 'budget');
  if (limitNames.every((name) => given[name] === undefined)) throw noLimit();
  const candidates = candidatesOf(given);
  const { metric, by, classes, together, decreasing = false, tries, activationBits = 32 } = given;
  const { bytes, averageBits, maxLoss, minSqnr, bitOperations } = given;
  const limits: Limits = {
    ...defined({ bytes, averageBits, maxLoss, minSqnr, bitOperations, tries }),
    decreasing,
  };
  return {
    kind: 'policy',
    api: 2,
    name: 'budget',
    summary: 'the best bits that a budget affords, by what was measured',
    budget: () => ({
      candidates,
      effects: true,
      ...defined({ bytes, averageBits, maxLoss, minSqnr, metric, by, classes, together, tries }),
      decreasing,
    }),
    assign: (draft, _layers, context) => spend(draft, context, limits, { candidates, activationBits }),
  };
}

function candidatesOf({ choices = defaultWidths, methods }: Budget): readonly Candidate[] {
  const widths = choices.map((choice) => (typeof choice === 'object' ? choice : { bits: choice }));
  const strange = widths.find(({ bits }) => bits !== 'float' && !(Number.isInteger(bits) && bits >= 1));
  if (strange !== undefined)
    throw new LowbitError({
      code: 'invalid-argument',
      where: "budget: option 'choices'",
      expected: types.choices.expected,
      received: JSON.stringify(strange),
    });
  const all = widths.flatMap((one) =>
    one.bits === 'float' || one.quantizer !== undefined || methods === undefined
      ? [one]
      : methods.map((quantizer) => ({ ...one, quantizer })),
  );
  return [...new Map(all.map((one) => [candidateKey(one), one])).values()];
}

function spend(
  draft: readonly BitAssignment[],
  {
    measurements = nothingMeasured(''),
    decided = new Set(),
    explores = false,
    smallest = false,
    kindBytes = 0,
  }: PolicyContext,
  limits: Limits,
  settings: { readonly candidates: readonly Candidate[]; readonly activationBits: number },
): readonly BitAssignment[] {
  const problem = budgetProblem(draft, measurements, decided, { ...settings, decreasing: limits.decreasing });
  if (problem.items.length === 0) return draft;
  const uncounted = measurements.items.find(({ macs }) => macs === undefined);
  if (limits.bitOperations !== undefined && uncounted !== undefined) throw noOperations(uncounted.ids[0]);
  const chosen = smallest
    ? smallestOfFewKinds(problem, limits, kindBytes)
    : nextChoice(problem, measurements, limits, explores);
  if (chosen === undefined) throw infeasible(draft, problem, measurements, limits);
  const entries = new Map(draft.map((entry) => [entry.id, entry]));
  const isSmallest = smallest || takesLeast(chosen.choice, problem, measurements, limits);
  const worst = isSmallest ? new Map<string, number>() : worstLosses(problem, chosen.choice);
  const itemOf = new Map(problem.items.flatMap((item) => item.ids.map((id) => [id, item] as const)));
  return draft.map((entry) => {
    const item = itemOf.get(entry.id);
    const key = chosen.choice[entry.id];
    const option = item?.options.find((one) => isOf(one, key));
    if (item === undefined || option === undefined || decided.has(entry.id)) return entry;
    const first = entries.get(item.ids[0]) ?? entry;
    const candidate = settings.candidates.find((one) => candidateKey(assigned(first, one)) === key);
    return {
      ...entry,
      ...(candidate ?? { bits: option.bits }),
      // As short as that of one width everywhere, which is then no smaller.
      reason: isSmallest ? 'budget: smallest' : reasonOf(worst.get(option.key) ?? 0, problem, chosen.gap),
    };
  });
}

/** Whether nothing smaller may be chosen: what its weights lose had then no part in it. */
function takesLeast(
  choice: CandidateChoice,
  problem: BudgetProblem,
  { written }: Measurements,
  limits: Limits,
): boolean {
  const least = smallestWritten(problem, written, limits)?.choice;
  if (least !== undefined) return isSameChoice(choice, least);
  const smallest = smallestChoice(problem, limits);
  const bytesOf = (one: CandidateChoice) => bytesOfChoice(problem.items, one);
  return smallest !== undefined && bytesOf(choice) <= bytesOf(smallest.choice);
}

/** What the weights with each candidate lose at most. Plans that are stored in models say once what holds of all of them. */
function worstLosses({ items }: BudgetProblem, choice: CandidateChoice): ReadonlyMap<string, number> {
  const worst = new Map<string, number>();
  for (const { ids, options, isDecided } of items) {
    const option = options.find((one) => isOf(one, choice[ids[0]]));
    if (option === undefined || isDecided === true) continue;
    worst.set(option.key, Math.max(option.loss, worst.get(option.key) ?? 0));
  }
  return worst;
}

/** In powers of ten. @param loss Of those that get the same. */
function reasonOf(loss: number, { isMeasured }: BudgetProblem, gap: number): string {
  const order = loss > 0 ? `less than 1e${Math.floor(Math.log10(loss)) + 1}` : 'nothing';
  const told = isMeasured ? `alone it costs ${order}` : `unverified, by its error of ${order}`;
  return `budget: ${told}${gap < 0.001 ? '' : `; within ${(100 * gap).toPrecision(1)} % of the best choice`}`;
}

const noOperations = (id: string): LowbitError =>
  new LowbitError({
    code: 'invalid-argument',
    where: "budget: option 'bitOperations'",
    expected:
      'a model that tells the shapes of what its layers give, by which multiply-accumulate operations are counted',
    received: `one that does not tell those of '${id}'`,
    remedy:
      'Write the shapes into the file (in Python: onnx.shape_inference.infer_shapes), or limit bytes or averageBits.',
  });

function noLimit(): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'budget',
    expected: `one limit at least: ${limitNames.join(', ')}`,
    received: 'none',
    remedy: 'For instance budget({ bytes: 1_500_000 }).',
  });
}
