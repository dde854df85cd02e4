import type {
  CandidateChoice,
  MeasuredCandidate,
  MeasuredItem,
  Measurements,
} from '../contract/measurements.js';
import type { BitAssignment, Candidate } from '../contract/policy.js';
import { defined } from '../contract/defined.js';
import { checkArgument } from '../errors/check-argument.js';
import { checkListOf } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { candidateKey } from './candidates.js';
import { checkMeasurements } from './check-measurements.js';
import { isSameChoice } from './known.js';
import type { KnapsackOption } from './knapsack.js';

/** A candidate of an item, with what is known of it. */
export interface BudgetOption {
  /** Of the candidate, with what the draft has chosen. */
  readonly key: string;
  readonly bits: number | 'float';
  readonly storedBytes: number;
  /** Of its effect alone, or of the error of the weight where effects are not known; never more than that of fewer bits. */
  readonly loss: number;
  readonly bitOperations: number;
  /** Index of its bits among all, ascending. */
  readonly rank: number;
}

/** Weights that get bits at once, with what they may get. */
export interface BudgetItem {
  readonly ids: readonly string[];
  readonly values: number;
  readonly options: readonly BudgetOption[];
  /** Why it may not be less; `undefined` where it is the narrowest candidate. */
  readonly floor?: string;
}

/** What a budget is spent on. */
export interface BudgetProblem {
  /** By depth; where bits never rise with it, those that have no choice come first. */
  readonly items: readonly BudgetItem[];
  /** Number of different widths. */
  readonly ranks: number;
  /** Whether losses are effects that were seen on data. */
  readonly isMeasured: boolean;
  /** Bytes of the written model beside what its weights are said to cost, as was last written; 0 where nothing was. */
  readonly otherBytes: number;
}

/** What decides which candidates there are. */
export interface ProblemSettings {
  readonly candidates: readonly Candidate[];
  /** Bits that a value of an activation takes in a product. */
  readonly activationBits: number;
  /** Bits never rise with depth. */
  readonly decreasing?: boolean;
}

/**
 * What a budget is spent on: the measured weights of the draft, each with the candidates that it may have.
 *
 * @throws LowbitError `calibration-missing` where something of the draft was not measured.
 */
export function budgetProblem(
  draft: readonly BitAssignment[],
  measurements: Measurements,
  decided: ReadonlySet<string>,
  settings: ProblemSettings,
): BudgetProblem {
  const entries = new Map(draft.map((entry) => [entry.id, entry]));
  const widths = widthsOf(measurements);
  const isMeasured = measurements.effect !== undefined;
  const items = measurements.items.flatMap((item): BudgetItem[] => {
    const own = item.ids.flatMap((id) => entries.get(id) ?? []);
    if (own.length < item.ids.length || own.every(({ bits }) => bits === 'float')) return [];
    return [budgetItem(item, own, { ...settings, decided, isMeasured, widths })];
  });
  const measured = new Set(items.flatMap(({ ids }) => ids));
  const missing = draft.find(({ id, bits }) => bits !== 'float' && !measured.has(id));
  if (missing !== undefined) throw notMeasured(missing.id, 'what it may be');
  const ranks = Math.max(widths.length, 1);
  const ordered = settings.decreasing === true ? outOfOrder(items, ranks) : items;
  return { items: ordered, ranks, isMeasured, otherBytes: bytesBeside(measurements) };
}

/**
 * Weights that have no choice come first, with the highest rank: where bits never rise with depth, that holds of those that are chosen. What was
 * decided before, or stays float, is no bound to them.
 */
function outOfOrder(items: readonly BudgetItem[], ranks: number): readonly BudgetItem[] {
  const isFixed = ({ options }: BudgetItem) => options.length === 1;
  const fixed = items.filter(isFixed).map((item) => ({
    ...item,
    options: item.options.map((option) => ({ ...option, rank: ranks - 1 })),
  }));
  return [...fixed, ...items.filter((item) => !isFixed(item))];
}

const widthOf = ({ bits }: Pick<Candidate, 'bits'>): number => (bits === 'float' ? 32 : bits);

/**
 * Everything that was measured, with all of its candidates.
 *
 * @param decreasing Whether bits never rise with depth.
 */
export function wholeProblem(measurements: Measurements, decreasing: boolean): BudgetProblem {
  const isMeasured = measurements.effect !== undefined;
  const settings = { isMeasured, widths: widthsOf(measurements), activationBits: 32 };
  const items = measurements.items.map((item) => ({
    ids: item.ids,
    values: item.values,
    options: optionsFor(item, item.candidates, settings),
  }));
  const ranks = Math.max(settings.widths.length, 1);
  const ordered = decreasing ? outOfOrder(items, ranks) : items;
  return { items: ordered, ranks, isMeasured, otherBytes: bytesBeside(measurements) };
}

const widthsOf = ({ items }: Measurements): readonly number[] =>
  [...new Set(items.flatMap(({ candidates }) => candidates.map(widthOf)))].sort((a, b) => a - b);

/**
 * Bytes of the written model that are not for some weights to spend: what it takes beside what was measured, as it was last written (nothing
 * where it was not), and what the draft gives all others.
 *
 * @param draft Default: none.
 * @param open Ids of the weights that bytes are spent on.
 * @throws LowbitError `invalid-argument`; `calibration-missing` for another weight of the draft that was not measured.
 */
export function bytesBeside(
  measurements: Measurements,
  draft: readonly BitAssignment[] = [],
  open: ReadonlySet<string> = new Set(),
): number {
  checkMeasurements(measurements, 'bytesBeside(measurements)');
  checkListOf(isAssignment, draft, 'bytesBeside: draft', 'a list of assignments');
  const { has } = Object(open) as Partial<ReadonlySet<string>>;
  checkArgument(typeof has === 'function', open, { where: 'bytesBeside: open', expected: 'a set of ids' });
  const others = assignedBytes(
    measurements,
    draft.filter(({ id }) => !open.has(id)),
  );
  const { items, written } = measurements;
  const last = written.at(-1);
  const bytesIn = ({ ids, candidates }: MeasuredItem): number =>
    candidates.find(({ candidate }) => candidate === last?.choice[ids[0]])?.storedBytes ?? 0;
  const rest = last === undefined ? 0 : last.bytes - items.reduce((sum, item) => sum + bytesIn(item), 0);
  return rest + others;
}

interface OptionSettings {
  readonly isMeasured: boolean;
  readonly widths: readonly number[];
  readonly activationBits: number;
}

interface ItemSettings extends ProblemSettings, OptionSettings {
  readonly decided: ReadonlySet<string>;
}

function budgetItem(
  item: MeasuredItem,
  entries: readonly BitAssignment[],
  { candidates, decided, ...settings }: ItemSettings,
): BudgetItem {
  const { ids, values } = item;
  // What no grid serves was measured as float alone.
  if (item.candidates.length === 1 && item.candidates[0].bits === 'float')
    return { ids, values, options: optionsFor(item, item.candidates, settings), floor: 'no grid serves it' };
  const fixed = entries.find(({ id }) => decided.has(id));
  const least = Math.max(...entries.map((entry) => entry.least ?? 0));
  const allowed = fixed === undefined ? candidates.filter((one) => widthOf(one) >= least) : [fixed];
  const keys = new Set(allowed.map((one) => candidateKey(assigned(fixed ?? entries[0], one))));
  const known = item.candidates.filter(({ candidate }) => keys.has(candidate));
  const options = optionsFor(item, known, settings);
  if (options.length === 0) throw notMeasured(ids[0], [...keys].join(' or '));
  const floor = fixed === undefined ? (least > 0 ? `at least ${least} bits` : undefined) : fixed.reason;
  return { ids, values, options, ...defined({ floor }) };
}

function optionsFor(
  { macs = 0 }: MeasuredItem,
  known: readonly MeasuredCandidate[],
  { isMeasured, widths, activationBits }: OptionSettings,
): readonly BudgetOption[] {
  // A sole candidate costs what it costs, whatever it loses.
  const usable = known.filter(({ effect }) => !isMeasured || effect !== undefined || known.length === 1);
  const losses = fallingLosses(usable, isMeasured);
  return usable.map(({ candidate: key, bits, storedBytes }) => {
    const width = widthOf({ bits });
    const bitOperations = macs * width * activationBits;
    return { key, bits, storedBytes, loss: losses.get(key) ?? 0, bitOperations, rank: widths.indexOf(width) };
  });
}

/** What a candidate makes of a draft; one that stays float has no other choice. */
export const assigned = (entry: BitAssignment, candidate: Candidate): Candidate => {
  if (candidate.bits === 'float') return { bits: 'float' };
  const { quantizer, granularity, parameterStorage } = { ...entry, ...candidate };
  return { bits: candidate.bits, ...defined({ quantizer, granularity, parameterStorage }) };
};

/** What distinguishes candidates whose effects are the same: too little to count against effects. */
const tieBreak = 1e-6;

/**
 * Losses by candidate. Within a family they do not rise with bits: where measured ones do, by chance, neighbours share their mean. What
 * is left of the difference is the error of the weight.
 */
function fallingLosses(all: readonly MeasuredCandidate[], isMeasured: boolean): ReadonlyMap<string, number> {
  const families = new Map<string, MeasuredCandidate[]>();
  for (const known of all) {
    const family = familyOf(known.candidate);
    families.set(family, [...(families.get(family) ?? []), known]);
  }
  const lossOf = ({ effect = 0, weightError }: MeasuredCandidate) => (isMeasured ? effect : weightError);
  const mostLoss = Math.max(0, ...all.map(lossOf));
  const mostError = Math.max(0, ...all.map(({ weightError }) => weightError));
  const small = (tieBreak * (mostLoss || Number.MIN_VALUE)) / (mostError || 1);
  return new Map(
    [...families.values()].flatMap((family) => {
      const ordered = [...family].sort((a, b) => widthOf(a) - widthOf(b));
      const pooled = pooledFalling(ordered.map(lossOf));
      return ordered.map(
        ({ candidate, weightError }, i) => [candidate, pooled[i] + small * weightError] as const,
      );
    }),
  );
}

/** The values that do not rise and are nearest to these in the sum of squares: neighbours that rise share their mean. */
export function pooledFalling(values: readonly number[]): readonly number[] {
  const blocks: { sum: number; count: number }[] = [];
  const mean = ({ sum, count }: { sum: number; count: number }) => sum / count;
  for (const value of values) {
    let last = { sum: value, count: 1 };
    for (
      let before = blocks.at(-1);
      before !== undefined && mean(before) < mean(last);
      before = blocks.at(-1)
    ) {
      last = { sum: before.sum + last.sum, count: before.count + last.count };
      blocks.pop();
    }
    blocks.push(last);
  }
  return blocks.flatMap((block) => new Array<number>(block.count).fill(mean(block)));
}

/**
 * Bytes that weights would take in the file with what they are assigned; those that are float take none of what is spent. A width that no
 * file stores in fewer bytes than a wider one of its kind takes what that takes.
 *
 * @throws LowbitError `calibration-missing` for a weight that was not measured.
 */
export function assignedBytes(measurements: Measurements, assignments: readonly BitAssignment[]): number {
  checkMeasurements(measurements, 'assignedBytes: measurements');
  checkListOf(isAssignment, assignments, 'assignedBytes: assignments', 'a list of assignments');
  const itemOf = new Map(measurements.items.map((item) => [item.ids[0], item]));
  return assignments.reduce((sum, entry) => {
    if (entry.bits === 'float') return sum;
    const alike = (itemOf.get(entry.id)?.candidates ?? [])
      .filter(
        ({ candidate, bits }) => familyOf(candidate) === familyOf(candidateKey(entry)) && bits !== 'float',
      )
      .sort((a, b) => widthOf(a) - widthOf(b));
    const own = alike.find((known) => widthOf(known) >= widthOf(entry)) ?? alike.at(-1);
    if (own === undefined) throw notMeasured(entry.id, candidateKey(entry));
    return sum + own.storedBytes;
  }, 0);
}

const isAssignment = (value: unknown): boolean => {
  const { id, bits } = Object(value) as Partial<BitAssignment>;
  return typeof id === 'string' && (bits === 'float' || typeof bits === 'number');
};

/** What a key says besides bits. */
const familyOf = (key: string): string => key.replace(/^\S+/, '');

/** Bytes that the weights of a choice take; those that it does not name or that are not known take none. */
export function bytesOfChoice(items: readonly BudgetItem[], choice: CandidateChoice): number {
  return items.reduce((sum, { ids, options }) => {
    const own = options.find(({ key }) => key === choice[ids[0]]);
    return sum + (own?.storedBytes ?? 0);
  }, 0);
}

/** The choice that has these options, by weight. */
export function choiceOf(items: readonly BudgetItem[], options: readonly number[]): CandidateChoice {
  return Object.fromEntries(
    items.flatMap((item, i) => item.ids.map((id) => [id, item.options[options[i]].key] as const)),
  );
}

/** The options that make up a choice; `undefined` where it has others. */
export function optionsOfChoice(
  items: readonly BudgetItem[],
  choice: CandidateChoice,
): readonly number[] | undefined {
  const options = items.map(({ ids, options: own }) => own.findIndex(({ key }) => key === choice[ids[0]]));
  if (options.includes(-1)) return undefined;
  return isSameChoice(choiceOf(items, options), choice) ? options : undefined;
}

/** The items as a knapsack with these losses and costs. */
export const knapsackItems = (
  { items }: BudgetProblem,
  lossOf: (option: BudgetOption) => number,
  costsOf: (option: BudgetOption) => readonly number[],
  isFalling: boolean,
): readonly (readonly KnapsackOption[])[] =>
  items.map(({ options }) =>
    options.map((option) => ({
      loss: lossOf(option),
      costs: costsOf(option),
      rank: isFalling ? option.rank : 0,
    })),
  );

function notMeasured(id: string, expected: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: `policy 'budget': weight '${id}'`,
    expected: `measurements of ${expected}`,
    remedy: 'Leave measurements out, so that quantize measures by itself, or measure with the same recipe.',
  });
}
