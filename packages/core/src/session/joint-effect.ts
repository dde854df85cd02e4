import type { JointEffect } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { Judge } from './judge-outputs.js';
import { quantizedWeights } from './measure-item.js';

/**
 * What quantizing these weights together does to the outputs. All of them are in memory as floats. Those that no grid serves stay as they
 * are, as when the model is written.
 */
export async function jointEffect<M>(
  port: ModelPort<M>,
  run: NonNullable<ModelPort<M>['run']>,
  entries: readonly ResolvedEntry[],
  judge: Judge,
): Promise<Omit<JointEffect, 'choice'>> {
  const replace = new Map<string, Float32Array>();
  for (const own of entries) {
    const quantized = await quantizedWeights(port, [own]);
    for (const [id, values] of quantized?.replace ?? []) replace.set(id, values);
  }
  return judge.judge((batches, options) => run(batches, { ...options, replace }));
}
