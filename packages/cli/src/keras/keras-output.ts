import { basename, join, parse, resolve } from 'node:path';
import { checkOutputs, type PlannedOutput } from '../files/check-outputs.js';
import { checkPlace, outputPlace } from '../tfjs/output-place.js';
import type { KerasTarget } from '../usage/keras-options.js';
import { fittedName } from '../files/output-name.js';
import { standardStream } from '../files/standard-streams.js';
import { usageError } from '../usage/usage-error.js';

/** Where the result goes when nobody says: `net.keras` and `net.weights.h5` become `net_q8.onnx` or `net_q8`, the folder `net` the former. */
export function defaultKerasOutput(model: string, suffix: string, to: KerasTarget): string {
  const { dir, base } = parse(['', '.', '..'].includes(basename(model)) ? resolve(model) : model);
  const name = base.replace(/(\.weights\.(h5|json)|\.keras|\.h5|\.hdf5|\.json)$/, '');
  return join(dir, fittedName(name, to === 'onnx' ? `${suffix}.onnx` : suffix));
}

/** What was asked for, and what is read. */
interface WantedPlace {
  readonly to: KerasTarget;
  /** The model as it was named, beside which the result goes where nobody says. */
  readonly model: string;
  /** `--output`. */
  readonly output: string | undefined;
  /** What tells the result from the original where nobody names it: `_q8`. */
  readonly suffix: string;
  /** What is read: the file of the model first. */
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
  { to, model, output, suffix, inputs, force }: WantedPlace,
  others: readonly PlannedOutput[] = [],
): Promise<string> {
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
