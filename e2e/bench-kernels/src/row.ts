import type { TensorKernels } from '@lowbit/kernels/tfjs';
import { kernelContenders } from './kernels.js';
import { measure, type Timing } from './measure.js';
import { tensorflow } from './rivals/tensorflow.js';
import { productsOf, valuesOf, type Contender, type Work, type WorkValues } from './work.js';

/** A layer, what everyone took for it, and whether they computed it. */
export interface Row {
  readonly work: string;
  /** Millions of products. */
  readonly products: number;
  readonly timings: readonly Timing[];
  readonly results: readonly Result[];
}

/** What a contender gave. */
export interface Result {
  readonly name: string;
  /** Signal to noise in decibels, of float32's outputs and what differs from them. */
  readonly signal: number;
  /** Whether it is, bit for bit, what the kernels in TypeScript give; `undefined` for rivals. */
  readonly isExact?: boolean;
}

/** Those who are no kernels, beside TensorFlow.js. */
export type Rivals = (work: Work, values: WorkValues) => Promise<Contender[]>;

/** The kernels that run, and the same in TypeScript. */
export interface BothKernels {
  readonly kernels: TensorKernels;
  readonly twin: TensorKernels;
}

/** Times a layer, TensorFlow.js first, and compares what comes out. */
export async function rowOf(
  work: Work,
  rivals: Rivals,
  { kernels, twin }: BothKernels,
  rounds: number,
): Promise<Row> {
  const values = valuesOf(work);
  const others = [await tensorflow(work, values), ...(await rivals(work, values))];
  const own = kernelContenders(kernels, work, values);
  const timings = await measure([...others, ...own], rounds);
  const float = await others[0]!.outputs();
  const results: Result[] = [];
  for (const { name, outputs } of others.slice(1))
    results.push({ name, signal: signalOf(float, await outputs()) });
  const twins = kernelContenders(twin, work, values);
  for (const [at, { name, outputs }] of own.entries()) {
    const given = await outputs();
    const isExact = areSame(given, await twins[at]!.outputs());
    results.push({ name, signal: signalOf(float, given), isExact });
  }
  for (const { dispose } of [...others, ...own, ...twins]) dispose();
  return { work: work.name, products: productsOf(work) / 1e6, timings, results };
}

function signalOf(float: Float32Array, other: Float32Array): number {
  let [signal, noise] = [0, 0];
  float.forEach((value, at) => {
    signal += value ** 2;
    noise += (value - other[at]!) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

function areSame(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((value, at) => Object.is(value, other[at]));
}
