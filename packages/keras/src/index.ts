export { expandWeight } from './manifest/expand-weight.js';
export { joinBytes } from './manifest/join-bytes.js';
export { checkSpecs } from './manifest/check-spec.js';
export { packedOf, packWeight, storePacked, unpackWeight } from './manifest/packed-weight.js';
export { parseModelJson, type ModelJson } from './manifest/parse-model-json.js';
export { packedPlain } from './manifest/packed-plain.js';
export { plainTensor } from './manifest/plain-tensor.js';
export { fitsFloat16, plainAgain, plainWeight, type PlainForm } from './manifest/plain-weight.js';
export { readWeights, type ReadShard } from './manifest/read-weights.js';
export { shardWeights, type Shard } from './manifest/shards.js';
export { storedBytes, storedWeights, type StoredWeight } from './manifest/stored-weights.js';
export {
  isPacked,
  packedDtype,
  type ElementType,
  type ManifestGroup,
  type PackedQuantization,
  type PlainQuantization,
  type WeightSpec,
} from './manifest/weight-spec.js';
