import { LowbitError } from '@lowbit/core';
import type { GraphProto, ModelProto } from 'onnx-buf';
import type { Fields } from './create-message.js';
import { messageType } from './messages.js';
import { fieldsSize, messageSize, writeMessage } from './encode-message.js';
import { endPart, sinkOf, type Sink, type Sizes } from './sink.js';

/** Protobuf messages end at 2 GiB. */
const largestMessage = 2 ** 31 - 1;

/**
 * The bytes of a model, unknown fields included.
 *
 * @throws LowbitError `model-too-large` above 2 GiB; `model-malformed` when a field holds a value that it cannot.
 */
export function serializeModel(model: ModelProto, where: string): Uint8Array {
  const sink = measuredSink(model, where);
  writeMessage(sink, fieldsOf(model));
  return sink.bytes;
}

/** The bytes of {@link serializeModel} one after the other, in which large tensors stay where they are. Throws as that. */
export function serializeParts(model: ModelProto, where: string): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  // Memory that nothing is written to is not taken.
  const sink = { ...measuredSink(model, where), parts };
  writeMessage(sink, fieldsOf(model));
  endPart(sink);
  return parts;
}

/** A message as its schema sees it: values by the names of fields. */
const fieldsOf = (model: ModelProto): Fields => model as unknown as Fields;

function measuredSink(model: ModelProto, where: string): Sink {
  const sizes: Sizes = new Map();
  const size = measured(where, () => messageSize(messageType('ModelProto'), fieldsOf(model), sizes));
  if (size > largestMessage) throw tooLarge(size, where);
  return sinkOf(size, sizes);
}

/**
 * How many bytes parts of a graph take in a file, their tags and lengths counted.
 *
 * @throws LowbitError `model-malformed` when a field holds a value that it cannot.
 */
export const graphPartsSize = (parts: Partial<GraphProto>, where: string): number =>
  measured(where, () => fieldsSize(messageType('GraphProto'), parts, new Map()));

function measured(where: string, measure: () => number): number {
  try {
    return measure();
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
