import type { QuantizationPlan } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { calibrationInputs } from '@lowbit/data';
import { keras, kerasInputs, type KerasModel } from '@lowbit/keras';

import type { FoundModel } from '../model/find-model.js';
import type { PortJob } from '../quantize/quantize-port.js';
import { loadTfjs } from '../runtime/load-tfjs.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { portThatWrites, type WrittenModel } from './written-model.js';

/** What is wanted of a model of Keras. */
interface KerasRun {
  readonly model: FoundModel;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
  readonly signal: AbortSignal;
}

/** The model, ready to be planned and quantized. */
export async function openKeras(
  run: KerasRun,
  model: KerasModel,
  output: string,
): Promise<PortJob<WrittenModel>> {
  const { options, plan, signal } = run;
  const { to = 'tfjs', calibrate, optimize, target, external } = options;
  // Only data need the model to run.
  const runner = calibrate === undefined ? undefined : (await loadTfjs('quantize')).lowbit.runner;
  const inputs = await kerasInputs(model);
  const form = { signal, registry: options.methods, ...defined({ optimize, target, external }) };
  const own = runner === undefined ? keras(model) : keras(model, { runner, registry: options.methods });
  return {
    port: await portThatWrites(own, to, output, form),
    options: { ...options, integers: 'none' as const },
    inputs: () => calibrationInputs(inputs, run.model.file),
    notes: model.notes,
    ...defined({ plan }),
  };
}
