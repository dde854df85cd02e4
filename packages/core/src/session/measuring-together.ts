import type { JointEffect } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { Judge } from './judge-outputs.js';
import { quantizedWeights } from './measure-item.js';

/** Tells what quantizing these weights together does to the outputs. Those that no grid serves, and those that gain nothing, stay as they are, as when the model is written. */
export type MeasureTogether = (entries: readonly ResolvedEntry[]) => Promise<Omit<JointEffect, 'choice'>>;

/**
 * Measures one choice for the whole model after the other. All weights of the last are kept in memory as floats: choices often differ in
 * few, and only those are quantized anew.
 */
export function measuringTogether<M>(
  port: ModelPort<M>,
  run: NonNullable<ModelPort<M>['run']>,
  judge: Judge,
): MeasureTogether {
  const last = new Map<string, Quantized>();
  return async (entries) => {
    const ids = new Set(entries.map(({ entry }) => entry.id));
    for (const id of last.keys()) if (!ids.has(id)) last.delete(id);
    const replace = new Map<string, Float32Array>();
    for (const own of entries) {
      const settings = settingsOf(own);
      let quantized = last.get(own.entry.id);
      if (quantized?.settings !== settings) {
        last.delete(own.entry.id);
        quantized = { settings, values: (await quantizedWeights(port, [own]))?.replace.get(own.entry.id) };
        last.set(own.entry.id, quantized);
      }
      if (quantized.values !== undefined) replace.set(own.entry.id, quantized.values);
    }
    return judge.judge((batches, options) => run(batches, { ...options, replace }));
  };
}

/** A weight as it came out of being quantized so; no values where no grid serves it, or where it would be left as it is. */
interface Quantized {
  readonly settings: string;
  readonly values: Float32Array | undefined;
}

/** What decides about the values of a weight, as text. */
function settingsOf({ entry }: ResolvedEntry): string {
  const { bits, quantizer, granularity, parameterStorage, rounding } = entry;
  return JSON.stringify([bits, quantizer, granularity, parameterStorage, rounding]);
}
