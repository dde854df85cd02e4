import type { ModelProto } from '../schema/proto.js';
import { allTensors } from './all-tensors.js';
import { externalReference } from './external-reference.js';
import { isExternal } from './tensor-data.js';

/** How many tensors lie in each external file. */
export function externalCounts(proto: ModelProto): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tensor of allTensors(proto).filter(isExternal)) {
    const { path } = externalReference(tensor, tensor.name);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}
