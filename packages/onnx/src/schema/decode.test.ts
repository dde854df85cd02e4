import { describe, expect, it } from 'vitest';
import { bytesField, joined, numberField, tag, textField, varint } from '../../test/helpers/wire.js';
import { caught } from '../../test/helpers/caught.js';
import { keptBytes, parseModel, serializeModel, type TensorProto } from './proto.js';

const parse = (...parts: ArrayLike<number>[]) => parseModel(joined(...parts), 'm');
const rewritten = (...parts: ArrayLike<number>[]) => serializeModel(parse(...parts), 'm');

/** A model whose graph holds one initializer with these bytes. */
const withTensor = (tensor: ArrayLike<number>) =>
  joined(numberField(1, 8), bytesField(7, bytesField(5, tensor)));
const tensorOf = (bytes: Uint8Array) => parse(bytes).graph?.initializer[0] as TensorProto;

const floatBits = (...bits: number[]) => new Uint8Array(new Uint32Array(bits).buffer);
const [one, quietNaN, oddNaN, signallingNaN] = [0x3f800000, 0x7fc00000, 0xffc12345, 0x7f800001];

describe('parseModel', () => {
  it('reads numbers, text and messages', () => {
    const model = parse(numberField(1, 9), textField(2, 'größe 模型'), bytesField(8, numberField(2, 17)));
    expect(model.irVersion).toBe(9n);
    expect(model.producerName).toBe('größe 模型');
    expect(model.opsetImport.map(({ version }) => version)).toEqual([17n]);
  });

  it('reads integers of every size, also negative ones', () => {
    for (const value of [
      0n,
      1n,
      127n,
      128n,
      1023n,
      1024n,
      2n ** 31n,
      2n ** 53n,
      2n ** 63n - 1n,
      -1n,
      -(2n ** 63n),
    ]) {
      expect(parse(numberField(5, value)).modelVersion).toBe(value);
    }
  });

  it('merges a message that comes in two parts', () => {
    const model = parse(bytesField(7, textField(2, 'first')), bytesField(7, textField(10, 'about')));
    expect([model.graph?.name, model.graph?.docString]).toEqual(['first', 'about']);
  });

  it('reads lists packed and one by one', () => {
    const packed = tensorOf(withTensor(bytesField(1, [2, 3])));
    const single = tensorOf(withTensor([...numberField(1, 2), ...numberField(1, 3)]));
    expect(packed.dims).toEqual([2n, 3n]);
    expect(single.dims).toEqual(packed.dims);
  });

  it('gives byte fields as views on the file', () => {
    const bytes = withTensor(bytesField(9, [1, 2, 3]));
    const model = parseModel(bytes, 'm');
    expect(model.graph?.initializer[0]?.rawData.buffer).toBe(bytes.buffer);
  });

  it('keeps the difference between an unset field and one set to its default', () => {
    const set = parse(numberField(5, 0));
    expect(Object.hasOwn(set, 'modelVersion')).toBe(true);
    expect(rewritten(numberField(5, 0))).toEqual(joined(numberField(5, 0)));
  });

  it('keeps unknown fields of every wire type and level', () => {
    const unknown = [
      ...numberField(1000, 2n ** 60n),
      ...[...tag(1001, 1), 1, 2, 3, 4, 5, 6, 7, 8],
      ...bytesField(1002, [9, 9]),
      ...[...tag(1003, 3), ...numberField(1, 5), ...tag(1003, 4)],
      ...[...tag(1004, 5), 1, 2, 3, 4],
    ];
    const attribute = bytesField(5, [...textField(1, 'a'), ...unknown]);
    const node = bytesField(1, [...textField(4, 'Op'), ...attribute, ...unknown]);
    const bytes = joined(numberField(1, 8), bytesField(7, [...node, ...unknown]), unknown);
    expect(rewritten(bytes)).toEqual(bytes);
  });

  it('keeps a known field that has another wire type than it should', () => {
    const bytes = joined(numberField(1, 8), textField(5, 'not a number'));
    expect(parse(bytes).modelVersion).toBe(0n);
    expect(rewritten(bytes)).toEqual(bytes);
  });

  it('keeps an enum value that has no name', () => {
    const bytes = withTensor(numberField(14, 7));
    expect(tensorOf(bytes).dataLocation).toBe(0);
    expect(rewritten(bytes)).toEqual(bytes);
  });

  it('keeps text that is not UTF-8', () => {
    const bytes = joined(numberField(1, 8), bytesField(6, [0x66, 0xfc, 0x72]));
    expect(parse(bytes).docString).toBe('');
    expect(rewritten(bytes)).toEqual(bytes);
  });

  it('refuses value names that are not UTF-8, since they could not be told apart', () => {
    const bytes = joined(bytesField(7, bytesField(1, bytesField(1, [0xff]))));
    expect(caught(() => parse(bytes)).code).toBe('model-malformed');
  });

  it.each([
    ['one packed run', bytesField(4, floatBits(one, quietNaN, oddNaN, signallingNaN))],
    [
      'several runs',
      [
        ...bytesField(4, floatBits(one)),
        ...bytesField(4, floatBits(oddNaN)),
        ...bytesField(4, floatBits(one)),
      ],
    ],
    ['single values', [...tag(4, 5), ...floatBits(one), ...tag(4, 5), ...floatBits(signallingNaN)]],
  ])('keeps NaN bit patterns: %s', (_, list) => {
    const tensor = [...numberField(1, 4), ...numberField(2, 1), ...list];
    const bits = (from: TensorProto) =>
      Array.from(new Uint32Array((keptBytes(from, 4) as Uint8Array<ArrayBuffer>).buffer));
    const before = tensorOf(withTensor(tensor));
    expect(before.floatData).toEqual([]);
    expect(bits(before)).toContain(bits(before).includes(signallingNaN) ? signallingNaN : oddNaN);
    expect(bits(tensorOf(rewritten(withTensor(tensor))))).toEqual(bits(before));
  });

  it('keeps NaN in double data and float attributes', () => {
    const double = new Uint8Array(new BigUint64Array([0x3ff0000000000000n, 0x7ff8000000000abcn]).buffer);
    const bytes = withTensor(bytesField(10, double));
    expect(rewritten(bytes)).toEqual(bytes);
    const attribute = joined(
      bytesField(7, bytesField(1, bytesField(5, [...tag(2, 5), ...floatBits(oddNaN)]))),
    );
    expect(rewritten(attribute)).toEqual(attribute);
  });
});

describe('broken files', () => {
  it.each([
    [
      'a field longer than the file',
      joined(numberField(1, 8), tag(7, 2), varint(1000), [1, 2]),
      'model-truncated',
    ],
    ['a length of 2⁶³', joined(tag(7, 2), varint(2n ** 63n)), 'model-truncated'],
    ['a number cut short', joined(tag(1, 0), [0x80]), 'model-truncated'],
    [
      'a field longer than its message',
      joined(bytesField(7, [...tag(2, 2), 100]), numberField(1, 8)),
      'model-malformed',
    ],
    ['a number of eleven bytes', joined(tag(1, 0), new Uint8Array(11).fill(0x80)), 'model-malformed'],
    ['field number 0', joined([0, 0]), 'model-malformed'],
    ['a wire type that does not exist', joined([0x0f]), 'model-malformed'],
    ['the end of a group that never began', joined(tag(900, 4)), 'model-malformed'],
    ['a group ended by another', joined(tag(900, 3), tag(901, 4)), 'model-malformed'],
    ['packed floats of a wrong length', withTensor(bytesField(4, [1, 2, 3])), 'model-malformed'],
  ])('%s', (_, bytes, code) => {
    expect(caught(() => parse(bytes)).code).toMatch(
      code === 'model-malformed' ? /^model-(malformed|truncated)$/ : code,
    );
  });
});
