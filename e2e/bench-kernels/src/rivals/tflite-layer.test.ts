import { ByteBuffer } from 'flatbuffers';
import { expect, it } from 'vitest';
import { valuesOf, type Work } from '../work.js';
import { tfliteLayer } from './tflite-layer.js';

const conv: Work = { kind: 'conv', name: 'conv', size: 5, channels: 3 };
const product: Work = { kind: 'product', name: 'product', rows: 2, size: 3 };

/** Reads tables as the library of the format does, by the numbers of their fields. */
function reader(file: Uint8Array<ArrayBuffer>) {
  const bytes = new ByteBuffer(file);
  const field = (table: number, number: number) => {
    const offset = bytes.__offset(table, 4 + 2 * number);
    return offset === 0 ? 0 : table + offset;
  };
  const at = (table: number, number: number, index: number) =>
    bytes.__vector(field(table, number)) + 4 * index;
  return {
    bytes,
    root: bytes.readInt32(0),
    int: (table: number, number: number) => bytes.readInt32(field(table, number)),
    byte: (table: number, number: number) => bytes.readInt8(field(table, number)),
    text: (table: number, number: number) => bytes.__string(field(table, number)) as string,
    table: (table: number, number: number) => bytes.__indirect(field(table, number)),
    count: (table: number, number: number) => bytes.__vector_len(field(table, number)),
    inTables: (table: number, number: number, index: number) => bytes.__indirect(at(table, number, index)),
    ints: (table: number, number: number) =>
      Array.from({ length: bytes.__vector_len(field(table, number)) }, (_, index) =>
        bytes.readInt32(at(table, number, index)),
      ),
    floats: (table: number, number: number) =>
      Array.from({ length: bytes.__vector_len(field(table, number)) }, (_, index) =>
        bytes.readFloat32(at(table, number, index)),
      ),
    start: (table: number, number: number) => bytes.__vector(field(table, number)),
  };
}

it('is a file of the third version with one graph, whose ends are floats', () => {
  const { bytes, root, int, inTables, ints, text, byte } = reader(tfliteLayer(conv, valuesOf(conv), 'int8'));
  expect(bytes.__has_identifier('TFL3')).toBe(true);
  expect(int(root, 0)).toBe(3);
  expect([0, 1, 2].map((index) => int(inTables(root, 1, index), 3))).toEqual([114, 3, 6]);
  const graph = inTables(root, 2, 0);
  const [input, output] = [ints(graph, 1)[0]!, ints(graph, 2)[0]!];
  for (const tensor of [input, output].map((index) => inTables(graph, 0, index))) {
    expect(ints(tensor, 0)).toEqual([1, 5, 5, 3]);
    expect(byte(tensor, 1)).toBe(0);
  }
  expect(text(inTables(graph, 0, output), 3)).toBe('y');
});

it('has integer weights with their outputs first, a scale for each, on 16 bytes', () => {
  const values = valuesOf(conv);
  const { bytes, root, int, inTables, ints, floats, table, count, start } = reader(
    tfliteLayer(conv, values, 'int8'),
  );
  const weights = inTables(inTables(root, 2, 0), 0, 2);
  expect(ints(weights, 0)).toEqual([3, 3, 3, 3]);
  const grid = table(weights, 4);
  expect(floats(grid, 2)).toEqual(Array(3).fill(Math.fround(1 / 127)));
  expect(count(grid, 3)).toBe(3);
  const buffer = inTables(root, 4, int(weights, 2));
  expect(count(buffer, 0)).toBe(81);
  const first = start(buffer, 0);
  expect(first % 16).toBe(0);
  // The first output's weight of the second input; in TensorFlow's order that is the fourth of all.
  expect(bytes.readInt8(first + 1)).toBe(Math.round(values.weights[3]! * 127));
});

it.each([
  ['int4', 7, 4, 5],
  ['int2', 1, 2, 3],
] as const)(
  'puts weights of %s into halves or quarters of bytes, the first one low',
  (form, highest, bits, length) => {
    const values = valuesOf(product);
    const { bytes, root, int, inTables, count, start } = reader(tfliteLayer(product, values, form));
    const buffer = inTables(root, 4, int(inTables(inTables(root, 2, 0), 0, 1), 2));
    expect(count(buffer, 0)).toBe(length);
    const first = start(buffer, 0);
    // The second weight of the first output is the first one of the second input.
    const expected = [0, 3].map((at) => Math.round(values.weights[at]! * highest) & (2 ** bits - 1));
    const byte = bytes.readUint8(first);
    expect([byte & (2 ** bits - 1), (byte >> bits) & (2 ** bits - 1)]).toEqual(expected);
  },
);
