import { moveIn } from '../write/move-data.js';
import { allTensors } from './all-tensors.js';
import type { ExternalFiles } from './external-files.js';
import type { OnnxModel } from './model.js';
import { elementCount, tensorShape } from './tensor-shape.js';
import { isFloatType } from './data-types.js';
import { isExternal } from './tensor-data.js';

/** Sizes, axes and bounds are short. */
const longest = 1024;

/** Puts short lists of integers, which say how weights are shaped, into the model; the rest stays outside. */
export async function loadSmallIntegers({ proto }: OnnxModel, files: ExternalFiles): Promise<void> {
  for (const tensor of allTensors(proto).filter(isExternal)) {
    const { name, dataType } = tensor;
    if (isFloatType(dataType) || elementCount(tensorShape(tensor, name)) > longest) continue;
    moveIn(tensor, (await files.load(tensor, name)).rawData as Uint8Array<ArrayBuffer>);
  }
}
