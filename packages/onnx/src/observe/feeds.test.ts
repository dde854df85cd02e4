import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { caught } from '../../test/helpers/caught.js';
import { DataType } from '../schema/proto.js';
import { feedsOf } from './feeds.js';

const required = new Map<string, number>([
  ['input_ids', DataType.INT64],
  ['attention_mask', DataType.INT64],
]);
const list = (data: ArrayLike<number>) => ({ shape: [data.length], data });
const failure = (inputs: unknown) => caught(() => feedsOf({ inputs } as never, required, ort));

test('an input that does not exist is told with the nearest one', () => {
  const error = failure({ input_id: list([1]), attention_mask: list([1]) });
  expect(error.code).toBe('calibration-invalid');
  expect(error.message).toContain('Did you mean input_ids?');
  expect(failure({ x: list([1]) }).message).not.toContain('Did you mean');
});

test('a batch without inputs is told what one looks like', () => {
  expect(failure(undefined)).toMatchObject({ code: 'calibration-invalid', received: 'inputs: nothing' });
});

test('text and whatever else is no number is refused with its place, in place of being read as one', () => {
  const types = { floats: DataType.FLOAT, longs: DataType.INT64 };
  for (const [name, type] of Object.entries(types))
    for (const strange of ['3', '', null, undefined, [3]]) {
      const inputs = { [name]: { shape: [2, 2], data: [1, 2, strange, 4] } };
      expect(caught(() => feedsOf({ inputs } as never, new Map([[name, type]]), ort))).toMatchObject({
        code: 'calibration-invalid',
        where: `input '${name}', at [1, 0]`,
      });
    }
  const inputs = { floats: { shape: [1], data: BigInt64Array.of(1n) } };
  expect(
    caught(() => feedsOf({ inputs } as never, new Map([['floats', DataType.FLOAT]]), ort)),
  ).toMatchObject({ code: 'calibration-invalid', where: "input 'floats', at [0]" });
});

test('64-bit integers are taken exactly or not at all', () => {
  const mask = list([1]);
  const taken = feedsOf(
    { inputs: { input_ids: { shape: [1], data: [2n ** 63n - 1n] as never }, attention_mask: mask } },
    required,
    ort,
  );
  expect(taken['input_ids']!.data).toEqual(BigInt64Array.of(2n ** 63n - 1n));
  for (const wrong of [0.5, NaN, 2 ** 63]) {
    const error = failure({ input_ids: list([wrong]), attention_mask: mask });
    expect(error).toMatchObject({ code: 'calibration-invalid', where: "input 'input_ids'" });
  }
});

test('values of float16 are numbers, or bits where they come in a Uint16Array, as runtimes give them', () => {
  const half = new Map([['x', DataType.FLOAT16]]);
  for (const data of [[1, -2], Float32Array.of(1, -2), Uint16Array.of(0x3c00, 0xc000)]) {
    const { type, data: held } = feedsOf({ inputs: { x: { shape: [2], data } } }, half, ort)['x']!;
    const { buffer, byteOffset, byteLength } = held as unknown as Uint16Array;
    expect([type, ...new Uint16Array(buffer, byteOffset, byteLength / 2)]).toEqual([
      'float16',
      0x3c00,
      0xc000,
    ]);
  }
});
