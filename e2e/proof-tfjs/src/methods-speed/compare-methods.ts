import { quantize } from '@lowbit/core';
import type { Granularity } from '@lowbit/core/method';
import { inceptionArtifacts, median, useWasm } from '@lowbit/e2e-real-models';
import { registry } from '@lowbit/methods';
import { tfjs } from '@lowbit/tfjs';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';

/** Medians of the processor time of two methods, in turns, and the squared errors that they make; plain JSON. */
export interface MethodsComparison {
  readonly granularity: Granularity;
  readonly minMaxSeconds: number;
  readonly mseSeconds: number;
  /** Times that `mse` takes of `min-max`. */
  readonly ratio: number;
  readonly most: number;
  /** Mean over all weights. */
  readonly minMaxError: number;
  readonly mseError: number;
}

/** The ratio that is promised. */
const most = 3;
const methods = ['min-max', 'mse'] as const;

/** Quantizes Inception v3 by both methods, in one process, after one time each to warm up. */
export async function compareMethods(
  bits: number,
  granularities: readonly Granularity[],
  rounds: number,
): Promise<MethodsComparison[]> {
  await useWasm();
  const float = await loadLayersModel({ load: inceptionArtifacts });
  const compared: MethodsComparison[] = [];
  for (const granularity of granularities) compared.push(await compareAt(float, bits, granularity, rounds));
  float.dispose();
  return compared;
}

async function compareAt(
  float: LayersModel,
  bits: number,
  granularity: Granularity,
  rounds: number,
): Promise<MethodsComparison> {
  const seconds = { 'min-max': [] as number[], mse: [] as number[] };
  const errors = { 'min-max': 0, mse: 0 };
  for (let round = -1; round < rounds; round++) {
    for (const weights of methods) {
      const start = process.cpuUsage();
      const { model, report } = await quantize(tfjs(float), { registry, weights, bits, granularity });
      const { user, system } = process.cpuUsage(start);
      model.dispose();
      if (round >= 0) seconds[weights].push((user + system) / 1e6);
      errors[weights] = meanSquared(report.weights);
    }
  }
  const [minMaxSeconds, mseSeconds] = [median(seconds['min-max']), median(seconds.mse)];
  const ratio = mseSeconds / minMaxSeconds;
  return {
    granularity,
    minMaxSeconds,
    mseSeconds,
    ratio,
    most,
    minMaxError: errors['min-max'],
    mseError: errors.mse,
  };
}

function meanSquared(
  weights: readonly { readonly values: number; readonly error?: { readonly meanSquared: number } }[],
): number {
  const count = weights.reduce((sum, { values }) => sum + values, 0);
  return weights.reduce((sum, { values, error }) => sum + values * (error?.meanSquared ?? NaN), 0) / count;
}
