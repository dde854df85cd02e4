import { isLowbitError, LowbitError } from '@lowbit/core';
import { type ModelProto, parseModel } from '../schema/proto.js';
import { allTensors } from '../model/all-tensors.js';
import { checkGraph, type GraphOrder } from '../model/check-graph.js';
import { externalReference } from '../external/reference.js';
import { modelBytes, type ModelBytes } from '../model/model-bytes.js';
import type { OnnxModel } from '../model/model.js';
import { quoted } from '../model/node-label.js';
import { dropRepeatedConstants } from '../graph/repeated-constants.js';
import { foreignNames } from './foreign-kinds.js';
import { refuseForeign } from './refuse-foreign.js';
import { isExternal } from '../model/tensor-data.js';
import { readVersions } from './read-versions.js';

/**
 * Reads an ONNX file and checks that it can be worked on. The bytes are neither copied nor changed, and tensor
 * data are views on them. Every field of the file is kept, so that writing gives the same model, but constants in whose place
 * runtimes read another one of the same name.
 *
 * @param name Name for error messages, usually the file's.
 * @throws LowbitError `invalid-argument` for anything but bytes; `model-empty`, `model-not-onnx`, `model-truncated`, `model-malformed`, `model-too-large`,
 *   `model-version`, `model-opset`, `graph-invalid`, `graph-cyclic`; `external-data` for a reference to another file
 *   that leads out of the model's folder.
 */
export const readModel = (file: ModelBytes, name = 'model'): OnnxModel => readOrdered(file, name).model;

/** A model, and the order in which its nodes can run. */
interface OrderedModel {
  readonly model: OnnxModel;
  readonly order: GraphOrder;
}

/** As {@link readModel}, with the order that checking it has found. */
export function readOrdered(file: ModelBytes, name: string): OrderedModel {
  const bytes = modelBytes(file, name);
  refuseForeign(bytes, name);
  const proto = parse(bytes, name);
  const versions = readVersions(proto, name);
  dropRepeatedConstants(proto);
  const order = checkGraph(proto, name);
  checkExternal(proto, name);
  return { model: { name, proto, ...versions }, order };
}

function parse(bytes: Uint8Array, name: string): ModelProto {
  try {
    const proto = parseModel(bytes, name);
    if (holdsSomething(proto)) return proto;
  } catch (error) {
    const oversized = isLowbitError(error) && error.code === 'model-too-large';
    if (oversized || startsLikeModel(bytes)) throw error;
  }
  const foreign = foreignNames.find(({ called }) => called.test(name.toLowerCase()));
  throw new LowbitError({
    code: 'model-not-onnx',
    where: name,
    expected: 'an ONNX file',
    received: foreign?.name ?? `${bytes.length} bytes that do not start like one`,
    remedy:
      foreign?.remedy ??
      'Check that this is the .onnx file itself and not its external data or another format.',
  });
}

const holdsSomething = (proto: ModelProto): boolean =>
  Object.hasOwn(proto, 'irVersion') || proto.graph !== undefined || proto.opsetImport.length > 0;

/** First tags of a model: numbers (`ir_version`, `model_version`), and fields 2 … 4, 6 … 8, 14, 20, 25, 26 with a length. */
const firstTags = new Set([0x08, 0x28, 0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca, 0xd2]);

const startsLikeModel = (bytes: Uint8Array): boolean => firstTags.has(bytes[0] as number);

/**
 * Checks every reference of a model to data in other files, without opening any: a model with one that leads outside
 * is refused as a whole, so that no runtime follows it either.
 *
 * @throws LowbitError as {@link externalReference}.
 */
function checkExternal(model: ModelProto, where: string): void {
  for (const tensor of allTensors(model)) {
    if (isExternal(tensor)) externalReference(tensor, `${where}: tensor ${quoted(tensor.name)}`);
  }
}
