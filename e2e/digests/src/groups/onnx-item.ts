import { canonicalOnnx } from '../canonical/onnx-file.js';
import { onnx, quantize, type OnnxOptions, type OnnxResult, type Recipe } from '../doors.js';
import { outcomeOf, type Item } from '../item.js';
import type { MadeModel } from '../models/made-model.js';

type Refused = { readonly refused: unknown };

/** The port of a made model, its files at hand. */
export function portOf({ bytes, files }: MadeModel, options: OnnxOptions = {}) {
  const externalData =
    files === undefined ? {} : { externalData: (path: string) => files[path] as Uint8Array };
  return onnx(bytes, { ...externalData, ...options });
}

/** The files that a model gives with a recipe, once for each of the options. */
export async function filesItem(
  name: string,
  model: MadeModel,
  recipe: Recipe,
  options: readonly OnnxOptions[],
): Promise<Item> {
  const results: (OnnxResult | Refused)[] = [];
  for (const each of options)
    results.push(
      await outcomeOf(async () => (await quantize(portOf(model, each), recipe, { measure: false })).model),
    );
  return {
    name,
    content: results,
    canonical: results.map((each) => ('refused' in each ? each : canonicalOnnx(each, model.bytes))),
  };
}
