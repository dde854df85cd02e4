import { basename, dirname, join, parse } from 'node:path';
import { checkOutputs, type PlannedOutput } from '../files/check-outputs.js';
import { checkPlace, outputPlace } from '../tfjs/output-place.js';
import type { KerasTarget } from '../usage/keras-options.js';
import { fittedName } from '../files/output-name.js';
import { standardStream } from '../files/standard-streams.js';
import { usageError } from '../usage/usage-error.js';

/** Where the result goes when nobody says: `net.keras` and `net.weights.h5` become `net_q8.onnx` or `net_q8`. */
export function defaultKerasOutput(model: string, suffix: string, to: KerasTarget): string {
  const { name } = parse(basename(model).replace(/\.weights\.h5$/, ''));
  return join(dirname(model), fittedName(name, to === 'onnx' ? `${suffix}.onnx` : suffix));
}

/** What was asked for, and what is read. */
interface WantedPlace {
  readonly to: KerasTarget;
  /** `--output`. */
  readonly output: string | undefined;
  /** What tells the result from the original where nobody names it: `_q8`. */
  readonly suffix: string;
  /** The model first. */
  readonly inputs: readonly [string, ...string[]];
  readonly force: boolean;
}

/**
 * Where a model of Keras is written, checked before any work: the ONNX file, or the JSON in a folder of its own. Beside the model where nobody says,
 * called after it.
 *
 * @throws as `checkOutputs`.
 */
export async function kerasOutput(
  { to, output, suffix, inputs, force }: WantedPlace,
  others: readonly PlannedOutput[] = [],
): Promise<string> {
  const [model] = inputs;
  const path = output ?? defaultKerasOutput(model, suffix, to);
  if (to === 'tfjs') {
    const place = outputPlace(path);
    await checkPlace(place, others, inputs, force);
    return place.file;
  }
  if (!path.endsWith('.onnx') && path !== standardStream)
    throw usageError({
      where: '--output',
      expected: 'a name that ends in .onnx, for an ONNX file',
      received: path,
    });
  await checkOutputs([{ path, label: '--output' }, ...others], inputs, force);
  return path;
}
