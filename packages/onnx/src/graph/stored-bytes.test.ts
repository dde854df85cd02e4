import { expect, test } from 'vitest';
import { createGraph, createModel, DataType, serializeModel } from '../schema/proto.js';
import { makeTensor } from './make-tensor.js';
import { storedBytes } from './stored-bytes.js';

test('the bytes are those that a graph grows by, at any length', () => {
  for (const count of [0, 1, 100, 122, 123, 124, 125, 126, 127, 128, 129, 16000, 16384, 70000]) {
    const tensor = makeTensor('t', DataType.UINT8, [count], new Uint8Array(count));
    const varint = (value: number) => (value < 128 ? 1 : value < 16384 ? 2 : value < 2 ** 21 ? 3 : 4);
    const inner = storedBytes({ initializer: [tensor] });
    const whole = serializeModel(
      createModel({ graph: createGraph({ initializer: [tensor] }) }),
      'test',
    ).length;
    expect(1 + varint(inner) + inner).toBe(whole);
  }
});
