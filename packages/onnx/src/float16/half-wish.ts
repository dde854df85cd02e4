import type { ExternalFiles } from '../external/files.js';
import type { OrtRuntime } from '../observe/ort.js';
import { withFiles } from '../observe/with-files.js';
import type { OnnxOptions } from '../onnx-options.js';
import { largestHalf } from './half-constant.js';
import type { HalfWish } from './halve-model.js';
import { type Magnitudes, measureMagnitudes } from './measure-magnitudes.js';

/** What the options ask of float16; the model is run on their data once, however often it is read. */
export function halfWish(
  float16: OnnxOptions['float16'],
  ort: OrtRuntime | undefined,
  files: ExternalFiles | undefined,
): HalfWish | undefined {
  if (float16 === undefined || float16 === false) return undefined;
  const { keep = [], data, margin = 4, interface: isInterface = false } = float16 === true ? {} : float16;
  const wish = { keep, limit: largestHalf / margin, isInterface };
  if (ort === undefined || data === undefined) return wish;
  let magnitudes: Promise<Magnitudes> | undefined;
  const measure: HalfWish['measure'] = (model, typed) => {
    const run = async () =>
      measureMagnitudes(model, typed, { ort: await withFiles(ort, model, files), batches: data });
    return (magnitudes ??= run());
  };
  return { ...wish, measure };
}
