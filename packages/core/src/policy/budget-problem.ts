import type {
  CandidateChoice,
  MeasuredCandidate,
  MeasuredItem,
  Measurements,
  WrittenSize,
} from '../contract/measurements.js';
import type { BitAssignment, Candidate } from '../contract/policy.js';
import { defined } from '../contract/defined.js';
import { candidateKey } from './candidates.js';
import { fallingLosses } from './falling-losses.js';
import { isSameChoice } from './known.js';
import type { KnapsackOption } from './knapsack.js';
import { valueBytesOf } from '../contract/value-bytes.js';
import { bytesBeside, notMeasured, widthOf } from './measured-bytes.js';

/** A candidate of an item, with what is known of it. */
export interface BudgetOption {
  /** Of the candidate, with what the draft has chosen. */
  readonly key: string;
  readonly bits: number | 'float';
  readonly storedBytes: number;
  /** Of them those of codes and parameters. */
  readonly valueBytes: number;
  /** Of its effect alone, or of the error of the weight where effects are not known; never more than that of fewer bits. */
  readonly loss: number;
  readonly bitOperations: number;
  /** It leaves the weights as they are. */
  readonly float?: true;
  /** Index of its bits among all, ascending. */
  readonly rank: number;
  /** Keys of candidates, its own among them, that leave the weights as they are, so that which of them is taken changes nothing but the plan. */
  readonly alike?: readonly string[];
}

/** Weights that get bits at once, with what they may get. */
export interface BudgetItem {
  readonly ids: readonly string[];
  readonly values: number;
  readonly options: readonly BudgetOption[];
  /** Why it may not be less; `undefined` where it is the narrowest candidate. */
  readonly floor?: string;
  /** Others than the budget have decided. */
  readonly isDecided?: true;
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
  /** Bytes of codes and parameters of quantized weights beside what these are said to cost, as was last written: less than 0 where weights share what they need. */
  readonly otherWeightBytes: number;
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
  return { items: ordered, ranks, isMeasured, ...besideAll(items, measurements) };
}

/** Options of which those that leave the weights as they are, for as many bytes, are one. */
function withoutAlike(
  options: readonly BudgetOption[],
  known: readonly MeasuredCandidate[],
): readonly BudgetOption[] {
  const left = known.filter(({ bits, float }) => bits !== 'float' && float === true);
  const ofSize = (bytes: number) => left.filter(({ storedBytes }) => storedBytes === bytes);
  return options.flatMap((option) => {
    const alike = ofSize(option.storedBytes).map(({ candidate }) => candidate);
    if (alike.length < 2 || !alike.includes(option.key)) return [option];
    return alike[0] === option.key ? [{ ...option, alike }] : [];
  });
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
  return { items: ordered, ranks, isMeasured, ...besideAll(items, measurements) };
}

const widthsOf = ({ items }: Measurements): readonly number[] =>
  [...new Set(items.flatMap(({ candidates }) => candidates.map(widthOf)))].sort((a, b) => a - b);

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
  const all = optionsFor(item, known, settings);
  // Where bits may not rise, they are a bound to others.
  const options = settings.decreasing === true ? all : withoutAlike(all, known);
  if (options.length === 0) throw notMeasured(ids[0], [...keys].join(' or '));
  const floor = fixed === undefined ? (least > 0 ? `at least ${least} bits` : undefined) : fixed.reason;
  return { ids, values, options, ...defined({ floor }), ...(fixed && { isDecided: true as const }) };
}

function optionsFor(
  { macs = 0 }: MeasuredItem,
  known: readonly MeasuredCandidate[],
  { isMeasured, widths, activationBits }: OptionSettings,
): readonly BudgetOption[] {
  // A sole candidate costs what it costs, whatever it loses.
  const usable = known.filter(({ effect }) => !isMeasured || effect !== undefined || known.length === 1);
  const losses = fallingLosses(usable, isMeasured);
  return usable.map((known) => {
    const { candidate: key, bits, storedBytes, float } = known;
    const width = widthOf({ bits });
    const bitOperations = macs * width * activationBits;
    const loss = losses.get(key) ?? 0;
    const isLeft = float === true || bits === 'float';
    return {
      ...{
        key,
        bits,
        storedBytes,
        valueBytes: valueBytesOf(known),
        loss,
        bitOperations,
        rank: widths.indexOf(width),
      },
      ...(isLeft ? { float: true as const } : {}),
    };
  });
}

/** What a candidate makes of a draft; one that stays float has no other choice. */
export const assigned = (entry: BitAssignment, candidate: Candidate): Candidate => {
  if (candidate.bits === 'float') return { bits: 'float' };
  const { quantizer, granularity, parameterStorage } = { ...entry, ...candidate };
  return { bits: candidate.bits, ...defined({ quantizer, granularity, parameterStorage }) };
};

/** Bytes that the weights of a choice take; those that it does not name or that are not known take none. */
export const bytesOfChoice = (items: readonly BudgetItem[], choice: CandidateChoice): number =>
  chosenOptions(items, choice).reduce((sum, { storedBytes }) => sum + storedBytes, 0);

/** Bytes of codes and parameters of those that are quantized. */
const quantizedBytes = (items: readonly BudgetItem[], choice: CandidateChoice): number =>
  chosenOptions(items, choice).reduce((sum, { valueBytes, float }) => sum + (float ? 0 : valueBytes), 0);

const chosenOptions = (items: readonly BudgetItem[], choice: CandidateChoice): readonly BudgetOption[] =>
  items.flatMap(({ ids, options }) => options.find((option) => isOf(option, choice[ids[0]])) ?? []);

/** The problem with what a choice was seen to take beside what its weights are said to cost. */
export function asWritten(
  problem: BudgetProblem,
  { choice, bytes, weightBytes }: WrittenSize,
): BudgetProblem {
  const { items, otherWeightBytes } = problem;
  return {
    ...problem,
    otherBytes: bytes - bytesOfChoice(items, choice),
    otherWeightBytes:
      weightBytes === undefined ? otherWeightBytes : weightBytes - quantizedBytes(items, choice),
  };
}

function besideAll(items: readonly BudgetItem[], measurements: Measurements) {
  const last = measurements.written.at(-1);
  const otherWeightBytes =
    last?.weightBytes === undefined ? 0 : last.weightBytes - quantizedBytes(items, last.choice);
  return { otherBytes: bytesBeside(measurements), otherWeightBytes };
}

/** Whether an option stands for the candidate of a key. */
export const isOf = ({ key, alike }: BudgetOption, candidate: string | undefined): boolean =>
  candidate !== undefined && (key === candidate || alike?.includes(candidate) === true);

/** The choice that has these options, by weight. Of candidates that are alike it has what most others have, which a plan then says once. */
export function choiceOf(items: readonly BudgetItem[], options: readonly number[]): CandidateChoice {
  const chosen = items.map((item, i) => item.options[options[i]]);
  const common = byCount(chosen.flatMap(({ key, alike }) => (alike === undefined ? [key] : [])));
  const keyOf = ({ key, alike }: BudgetOption) => common.find((one) => alike?.includes(one)) ?? key;
  return Object.fromEntries(items.flatMap(({ ids }, i) => ids.map((id) => [id, keyOf(chosen[i])] as const)));
}

/** Each once, the most frequent first. */
function byCount(keys: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([key]) => key);
}

/** The options that make up a choice; `undefined` where it has others. */
export function optionsOfChoice(
  items: readonly BudgetItem[],
  choice: CandidateChoice,
): readonly number[] | undefined {
  const options = items.map(({ ids, options: own }) => own.findIndex((one) => isOf(one, choice[ids[0]])));
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
