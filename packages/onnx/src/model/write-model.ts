import { checkModel } from './check-model.js';
import { serializeModel } from '../schema/proto.js';
import type { OnnxModel } from './model.js';

/**
 * The bytes of an ONNX file. A model that was read and not edited keeps every field, unknown ones included.
 *
 * @throws LowbitError `model-too-large` above 2 GiB, the limit of the file format.
 */
export function writeModel(model: OnnxModel): Uint8Array {
  checkModel(model, 'writeModel(model)');
  return serializeModel(model.proto, model.name);
}
