import type { Message } from '@bufbuild/protobuf';
import { LowbitError } from '@lowbit/core';
import type { GraphProto, ModelProto } from 'onnx-buf';
import type { Fields } from './create-message.js';
import { messageType } from './messages.js';
import { messageSize, writeMessage } from './encode-message.js';
import { sinkOf, type Sizes } from './sink.js';

/** Protobuf messages end at 2 GiB. */
const largestMessage = 2 ** 31 - 1;

/**
 * The bytes of a model, unknown fields included.
 *
 * @throws LowbitError `model-too-large` above 2 GiB; `model-malformed` when a field holds a value that it cannot.
 */
export function serializeModel(model: ModelProto, where: string): Uint8Array {
  const sizes: Sizes = new Map();
  const size = measured('ModelProto', model, where, sizes);
  if (size > largestMessage) throw tooLarge(size, where);
  const sink = sinkOf(size, sizes);
  writeMessage(sink, model as unknown as Fields);
  return sink.bytes;
}

/**
 * How many bytes a graph takes in a file, its own tag and length not counted.
 *
 * @throws LowbitError `model-malformed` when a field holds a value that it cannot.
 */
export const graphSize = (graph: GraphProto, where: string): number =>
  measured('GraphProto', graph, where, new Map());

function measured(type: string, message: Message, where: string, sizes: Sizes): number {
  try {
    return messageSize(messageType(type), message as Fields, sizes);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'model-malformed', where, received }, { cause });
  }
}

const tooLarge = (size: number, where: string): LowbitError =>
  new LowbitError({
    code: 'model-too-large',
    where,
    expected: `at most ${largestMessage} bytes, the limit of the file format`,
    received: `${size} bytes`,
    remedy: 'Use fewer bits, or keep the tensors as external data.',
  });
