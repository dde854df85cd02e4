import type { ByteSource } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import type { ArrayFile } from './array-file.js';

/**
 * The data of an array with the last axis varying fastest. An array in Fortran order is read whole.
 *
 * @throws LowbitError `calibration-invalid` for one that is too large for that.
 */
export async function rowOrderSource(file: ArrayFile): Promise<ByteSource> {
  const { shape, fortranOrder, dataBytes, type } = file.header;
  if (!fortranOrder || shape.length < 2) return file.open();
  if (dataBytes > limits.fortranArray) {
    throw invalid(file.where, {
      expected: `an array in Fortran order of at most ${limits.fortranArray} bytes`,
      received: `${dataBytes} bytes`,
      remedy: 'Save numpy.ascontiguousarray(array) instead.',
    });
  }
  const source = await file.open();
  try {
    const bytes = await source.read(dataBytes);
    await source.finish();
    return memorySource(toRowOrder(bytes, shape, type.bytes));
  } finally {
    await source.close();
  }
}

/** Reorders elements of `size` bytes from first-axis-fastest to last-axis-fastest. */
function toRowOrder(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const steps: number[] = [];
  let step = 1;
  for (const axis of shape) {
    steps.push(step);
    step *= axis;
  }
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += size) {
    for (let i = 0; i < size; i++) result[to + i] = bytes[from * size + i] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      if (++(position[axis] as number) < (shape[axis] as number)) break;
      from -= (position[axis] as number) * (steps[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

function memorySource(bytes: Uint8Array): ByteSource {
  let position = 0;
  return {
    async read(length) {
      position += length;
      return bytes.slice(position - length, position);
    },
    async finish() {
      // The bytes were checked when they were read.
    },
    async close() {
      // Nothing is held open.
    },
  };
}
