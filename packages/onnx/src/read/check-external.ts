import { allTensors } from './all-tensors.js';
import type { ModelProto } from '../schema/proto.js';
import { quoted } from './node-label.js';
import { externalReference } from './external-reference.js';
import { isExternal } from './tensor-data.js';

/**
 * Checks every reference of a model to data in other files, without opening any: a model with one that leads outside
 * is refused as a whole, so that no runtime follows it either.
 *
 * @throws LowbitError as {@link externalReference}.
 */
export function checkExternal(model: ModelProto, where: string): void {
  for (const tensor of allTensors(model)) {
    if (isExternal(tensor)) externalReference(tensor, `${where}: tensor ${quoted(tensor.name)}`);
  }
}
