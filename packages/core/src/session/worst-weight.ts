import type { SessionOptions } from '../contract/events.js';
import type { Batch, RunOutputs } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import { defined } from '../contract/defined.js';
import { isLowbitError } from '../errors/error.js';
import { judgeOutputs } from '../report/judged-outputs.js';
import type { OutputsReport } from '../report/outputs.js';
import {
  effectOn,
  floatHelps,
  rankOf,
  ruins,
  type WeightEffect,
  type WeightEffects,
} from '../report/weight-effects.js';
import { compareOutputs } from './compare-outputs.js';
import { firstSamples, type Samples } from './first-samples.js';

type Run = NonNullable<ModelPort<unknown>['run']>;

/** A weight, and the values that its codes stand for. */
export interface QuantizedWeight {
  readonly id: string;
  readonly size: number;
  decoded(): Promise<Float32Array>;
  /** Its values in other widths of its method, the fewest bits first, each level the nearest. Default: none. */
  readonly wider?: readonly { readonly bits: number; decoded(): Promise<Float32Array> }[];
}

/** So few samples tell the worst weight from the others. */
const fewSamples = 8;
/** Of more weights than these, as many groups run first, and then those of the worst group. */
const mostRuns = 32;
/** 512 MB: all weights are in memory as floats when they are measured together. */
const mostValues = 2 ** 27;

/** What was measured, or why nothing was. */
export interface MeasuredWeights {
  readonly effects?: WeightEffects;
  readonly why?: string;
}

/**
 * Runs the original with one weight after the other in its quantized values, for the one that ruins the network; then with all of
 * them, and with all but this one, for what leaving it float brings: of that, all samples tell whether it is enough. Where it is not, or would
 * leave most of the model float, the weight runs with more bits too.
 *
 * @throws LowbitError `aborted`; of the original: as the port's `run`.
 */
export async function findWorstWeight(
  run: Run,
  weights: readonly QuantizedWeight[],
  samples: Samples,
  { signal, onProgress }: SessionOptions,
): Promise<MeasuredWeights> {
  const values = weights.reduce((sum, { size }) => sum + size, 0);
  if (weights.length < 2) return {};
  if (values > mostValues) return { why: `they are ${values} values, and at most ${mostValues} are` };
  const few = await firstSamples(samples.part, fewSamples);
  const compared = await replacing(run, few, signal);
  let done = 0;
  const total = runsFor(weights.length);
  const measure: Measure = async (replaced, id) => {
    onProgress?.({ phase: 'measure', done: done++, total, ...defined({ id }) });
    return effectOn(await compared(replaced));
  };
  const judge: Judge = async (replaced) => {
    onProgress?.({ phase: 'measure', done: done++, total });
    const outputs = await compared(replaced);
    const onAll = few.part.length === samples.part.length ? undefined : await replacing(run, samples, signal);
    const grade = judgeOutputs((await onAll?.(replaced)) ?? outputs)?.grade;
    return { ...effectOn(outputs), isEnough: grade !== undefined && grade !== 'probably-unusable' };
  };
  try {
    const alone = await eachAlone(weights, measure);
    const effects = { samples: few.samples, ...(await withWorst(weights, alone, judge, measure)) };
    onProgress?.({ phase: 'measure', done: total, total });
    return { effects };
  } catch (error) {
    if (error instanceof CannotReplace) return { why: error.message };
    throw error;
  }
}

/** Compares the outputs of the original with those that it has with other weights. */
async function replacing(run: Run, samples: Samples, signal: SessionOptions['signal']) {
  const originals = await outputsOf(run, samples.part, signal);
  return async (replaced: readonly QuantizedWeight[]): Promise<OutputsReport> => {
    const replace = new Map<string, Float32Array>();
    for (const weight of replaced) replace.set(weight.id, await weight.decoded());
    const changed: Run = (batches, options) => run(batches, { ...options, replace });
    const outputs = await compareOutputs(replaying(originals), changed, samples, defined({ signal }));
    if (outputs?.failure !== undefined) throw new CannotReplace(outputs.failure);
    return outputs ?? { batches: 0, samples: 0, outputs: [] };
  };
}

/** The original does not run with other weights. */
class CannotReplace extends Error {}

type Measure = (replaced: readonly QuantizedWeight[], id?: string) => Promise<WeightEffect>;
/** Measures, and tells by all samples whether what these weights leave is usable. */
type Judge = (replaced: readonly QuantizedWeight[]) => Promise<WeightEffects['together']>;
type Alone = WeightEffects['alone'];

/** Runs of one weight each, or of groups, and then of the parts of the worst. */
async function eachAlone(weights: readonly QuantizedWeight[], measure: Measure): Promise<Alone> {
  const effects: Alone[number][] = [];
  for (const group of inParts(weights)) {
    const ids = group.map(({ id }) => id);
    effects.push({ ids, ...(await measure(group, ids[0])) });
  }
  const worst = worstOf(effects);
  if (worst === undefined || worst.ids.length === 1) return effects;
  const ofWorst = weights.filter(({ id }) => worst.ids.includes(id));
  return [...effects, ...(await eachAlone(ofWorst, measure))];
}

async function withWorst(
  weights: readonly QuantizedWeight[],
  alone: Alone,
  judge: Judge,
  measure: Measure,
): Promise<Omit<WeightEffects, 'samples'>> {
  const together = await judge(weights);
  const { ids: [id] = [], ...own } = worstOf(alone.filter(({ ids }) => ids.length === 1)) ?? {
    sqnrDb: null,
  };
  if (id === undefined || rankOf(own) === Infinity) return { alone, together };
  const { isEnough, ...without } = await judge(weights.filter((weight) => weight.id !== id));
  const helps = isEnough && floatHelps(without, together);
  const [worst] = weights.filter((weight) => weight.id === id);
  const isMost = 2 * (worst?.size ?? 0) > weights.reduce((sum, { size }) => sum + size, 0);
  const wider = worst === undefined || (helps && !isMost) ? undefined : await withMoreBits(worst, measure);
  return { alone, together, worst: { id, alone: own, without, isEnough: helps, ...defined({ wider }) } };
}

/** What a weight leaves alone with the fewest bits with which it ruins nothing, or with the most; `undefined` where its method has no more. */
async function withMoreBits(
  { wider = [], ...weight }: QuantizedWeight,
  measure: Measure,
): Promise<NonNullable<WeightEffects['worst']>['wider']> {
  let last: NonNullable<WeightEffects['worst']>['wider'];
  for (const { bits, decoded } of wider) {
    const values = await decoded().catch(unlessAborted);
    if (values === undefined) return last;
    last = { bits, ...(await measure([{ ...weight, decoded: () => Promise.resolve(values) }], weight.id)) };
    if (!ruins(last)) return last;
  }
  return last;
}

/** A plugin that fails at a width that nobody asked for takes nothing from the result. */
function unlessAborted(error: unknown): undefined {
  if (!isLowbitError(error) || error.code === 'aborted') throw error;
}

/** The one that leaves least. */
const worstOf = (effects: Alone): Alone[number] | undefined =>
  [...effects].sort((a, b) => rankOf(a) - rankOf(b))[0];

/** At most as many lists as runs are allowed, each of successive weights. */
function inParts(weights: readonly QuantizedWeight[]): readonly (readonly QuantizedWeight[])[] {
  const size = Math.ceil(weights.length / mostRuns);
  const count = Math.ceil(weights.length / size);
  return Array.from({ length: count }, (_, i) => weights.slice(i * size, (i + 1) * size));
}

/** Runs that measuring so many weights takes at most: each alone, all, all but one, and one with two more widths. */
function runsFor(count: number): number {
  let runs = 4;
  for (let left = count; ; left = Math.ceil(left / mostRuns)) {
    const size = Math.ceil(left / mostRuns);
    runs += Math.ceil(left / size);
    if (size === 1) return runs;
  }
}

async function outputsOf(
  run: Run,
  part: readonly Batch[],
  signal: SessionOptions['signal'],
): Promise<RunOutputs[]> {
  const outputs: RunOutputs[] = [];
  for await (const each of run(part, defined({ signal }))) outputs.push(each);
  return outputs;
}

/** A run that gives what another gave. */
const replaying = (outputs: readonly RunOutputs[]): Run =>
  async function* () {
    yield* outputs;
  };
