import { defined } from '../contract/defined.js';
import type { MeasuredCandidate } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { Candidate } from '../contract/policy.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { StorageCost } from '../contract/storage-cost.js';
import { isLowbitError } from '../errors/error.js';
import { candidateKey, familyKey } from '../policy/candidates.js';
import { widthOf } from '../policy/measured-bytes.js';
import { packedCost, totalCost } from '../plan/packed-cost.js';
import { decode } from '../scheme/decode.js';
import { schemeOutline } from '../scheme/outline.js';
import type { Judge } from './judge-outputs.js';
import { checkReach } from './unfit-weights.js';
import { type LeastBytes, leastOf, savesNothing } from './without-wasteful.js';
import { codeWeight, fitWeight } from './weight.js';

/** What is to be known of weights that are decided at once. */
export interface ItemWork {
  readonly ids: readonly string[];
  /** Each with what its weights would be; those that a quantizer does not offer are missing. */
  readonly candidates: readonly {
    readonly candidate: Candidate;
    readonly entries: readonly ResolvedEntry[];
  }[];
  /** Bytes of the weights as they are. */
  readonly floatBytes: number;
  /** Whether candidates count that take no less than wider ones. */
  readonly keepsAll: boolean;
  /** Key of a candidate that counts in any case. */
  readonly kept?: string | undefined;
}

/**
 * Measures the candidates of an item that are not known yet, the widest first. One that takes no less than a wider one of its family
 * is left out, unless all are wanted: nobody would take it. Where both leave the weights as they are, both stay: see `BudgetOption.alike`.
 *
 * @param judge Absent where effects are not known.
 * @param told Called before each candidate.
 */
export async function measureItem<M>(
  port: ModelPort<M>,
  { candidates, floatBytes, keepsAll, kept }: ItemWork,
  known: readonly MeasuredCandidate[],
  judge: Judge | undefined,
  told: () => Promise<void>,
): Promise<MeasuredCandidate[]> {
  const run = port.run?.bind(port);
  const found: MeasuredCandidate[] = [];
  const least = new Map<string, LeastBytes>();
  let last: JudgedWeights | undefined;
  const widestFirst = [...candidates].sort((a, b) => widthOf(b.candidate) - widthOf(a.candidate));
  for (const { candidate, entries } of widestFirst) {
    await told();
    const key = candidateKey(candidate);
    const before = known.find((one) => one.candidate === key);
    const isKnown = before !== undefined && (judge === undefined || before.effect !== undefined);
    if (isKnown) {
      found.push(before);
      least.set(familyKey(candidate), before);
      continue;
    }
    if (candidate.bits === 'float') {
      found.push(floatCandidate(floatBytes, judge !== undefined));
      continue;
    }
    const quantized = await quantizedWeights(port, entries);
    if (quantized === undefined) return [floatCandidate(floatBytes, judge !== undefined)];
    const { replace, weightError, cost } = quantized;
    const wider = least.get(familyKey(candidate));
    if (!keepsAll && key !== kept && savesNothing(cost, wider)) continue;
    least.set(familyKey(candidate), leastOf(cost, wider));
    const isAlike = last !== undefined && areAlike(last, quantized);
    const effect = isAlike ? last?.effect : judge && run && (await effectOf(replace, judge, run));
    last = isAlike ? last : { ...quantized, effect };
    found.push({ candidate: key, bits: candidate.bits, ...cost, weightError, ...defined({ effect }) });
  }
  return found;
}

/** Weights whose effect is known. */
interface JudgedWeights extends QuantizedWeights {
  readonly effect: number | undefined;
}

/** Part of the squared error of weights by which others differ that are as good as the same: 0.04 dB. */
const unlike = 0.01;

/**
 * Whether what two candidates make of weights differs by so little of what both are off that nobody can tell their effects apart: as a rule with
 * parameters as float32 and as float16. One of them is run then, and both lose the same.
 */
function areAlike(one: JudgedWeights, other: QuantizedWeights): boolean {
  if (one.replace.size !== other.replace.size) return false;
  let difference = 0;
  for (const [id, values] of other.replace) {
    const before = one.replace.get(id);
    if (before === undefined) return false;
    for (let i = 0; i < values.length; i++) difference += (values[i] - before[i]) ** 2;
  }
  return difference <= unlike * Math.min(one.weightError, other.weightError);
}

/** What replacing weights does to the outputs. */
async function effectOf(
  replace: QuantizedWeights['replace'],
  judge: Judge,
  run: NonNullable<ModelPort<unknown>['run']>,
): Promise<number> {
  if (replace.size === 0) return 0;
  return (await judge.judge((batches, options) => run(batches, { ...options, replace }))).effect;
}

const floatCandidate = (bytes: number, isJudged: boolean): MeasuredCandidate => ({
  candidate: candidateKey({ bits: 'float' }),
  bits: 'float',
  storedBytes: bytes,
  memoryBytes: bytes,
  weightError: 0,
  ...(isJudged ? { effect: 0 } : {}),
});

/** Weights as they come out of being quantized. */
export interface QuantizedWeights {
  /** The values of those that would not be left as they are. */
  readonly replace: ReadonlyMap<string, Float32Array>;
  readonly weightError: number;
  readonly cost: StorageCost;
}

/** `undefined` where no grid serves their values. */
export async function quantizedWeights<M>(
  port: ModelPort<M>,
  entries: readonly ResolvedEntry[],
): Promise<QuantizedWeights | undefined> {
  const replace = new Map<string, Float32Array>();
  const costs: StorageCost[] = [];
  let weightError = 0;
  for (const own of entries) {
    const values = await own.weight.read();
    const tensor = codedOrUnfit(own, values);
    if (tensor === undefined) return undefined;
    const { bits, granularity, parameterStorage } = own.entry;
    const entry = { bits, granularity, parameterStorage, scheme: schemeOutline(tensor.scheme) };
    const cost = await (port.cost?.(own.weight, entry) ?? packedCost(own.weight, entry));
    costs.push(cost);
    if (cost.float === true) continue;
    const decoded = decode(tensor);
    for (let i = 0; i < values.length; i++) weightError += (values[i] - decoded[i]) ** 2;
    replace.set(own.entry.id, decoded);
  }
  return { replace, weightError, cost: costs.length === 1 ? costs[0] : totalCost(costs) };
}

function codedOrUnfit(own: ResolvedEntry, values: Float32Array) {
  try {
    const fitted = fitWeight(own, values);
    checkReach(fitted.ranges, own);
    return codeWeight(own, values, fitted).tensor;
  } catch (error) {
    if (isLowbitError(error) && error.code === 'non-finite') return undefined;
    throw error;
  }
}
