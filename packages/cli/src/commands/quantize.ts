import { quantizationText } from '@lowbit/report/text';

import { findModel } from '../model/find-model.js';
import type { Io } from '../io.js';
import { colorsFor } from '../output/colors.js';
import { writeJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { readPlan } from '../plan/read-plan.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { checkActivations } from '../usage/check-activations.js';
import { checkKind } from '../model/check-kind.js';
import { checkMethod, checkMethodBits, checkPolicy } from '../usage/check-method.js';
import type { QuantizeDocument } from './quantize-document.js';
import type { QuantizeRun } from './quantize-run.js';
import { quantizeOnnx } from './quantize-onnx.js';
import type { GivenOptions, QuantizeOptions } from '../usage/quantize-options.js';
import { quantizeTfjsCommand } from './quantize-tfjs.js';
import { defined } from '@lowbit/core/adapter';

/** `lowbit quantize`: reads a model, quantizes it, writes the result and tells what was done. */
export async function quantizeCommand(
  model: string,
  given: GivenOptions,
  io: Io,
  again: QuantizeRun['again'],
): Promise<void> {
  const options = { ...given, methods: await loadPlugins(given.plugin) };
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const document = await quantize(model, options, io, progress, again);
    progress.end();
    if (options.json) writeJson(io.stdout, document);
    else if (!options.quiet) io.stdout.write(quantizationText(document, colorsFor(io.stdout)));
  } finally {
    progress.end();
  }
}

async function quantize(
  path: string,
  options: QuantizeOptions,
  { signal }: Io,
  progress: Progress,
  again: QuantizeRun['again'],
): Promise<QuantizeDocument> {
  checkMethods(options);
  const model = await findModel(path, options.topology);
  checkKind(model, options);
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan, options.methods, signal);
  checkActivations(options, plan);
  const run = { model, options, signal, progress, again, ...defined({ plan }) };
  switch (model.kind) {
    case 'onnx':
      return quantizeOnnx(run);
    case 'tfjs':
      return quantizeTfjsCommand(run);
    case 'keras': {
      const { quantizeKeras } = await import('./quantize-keras.js');
      return quantizeKeras(run);
    }
  }
}

function checkMethods({ plan, weights, activations, bits, firstLast, methods }: QuantizeOptions): void {
  if (plan !== undefined) return;
  checkMethod(weights, '--weights', methods, 'weight');
  if (activations !== undefined) checkMethod(activations, '--activations', methods, 'activation');
  if (typeof bits === 'number') checkMethodBits(weights, bits, '--bits', methods);
  else checkPolicy(bits, methods);
  if (typeof firstLast === 'number') checkMethodBits(weights, firstLast, '--first-last', methods);
}
