import { create, ScalarType, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import fc, { type Arbitrary } from 'fast-check';

const integers = (bits: number, signed: boolean): Arbitrary<bigint> => {
  const [min, max] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** 64n - 1n];
  const edges = Array.from({ length: 64 }, (_, bit) => 2n ** BigInt(bit)).flatMap((one) => [
    one - 1n,
    one,
    -one,
  ]);
  const inside = [min, max, ...edges].filter((one) => one >= min && one <= max);
  return fc.oneof(fc.constantFrom(...inside), fc.bigInt({ min, max }));
};

/** Also halves of surrogate pairs, and texts longer than 127 bytes. */
const texts = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
  fc.string({ unit: 'grapheme-ascii', minLength: 120, maxLength: 136 }),
);

const scalars = new Map<ScalarType, Arbitrary<unknown>>([
  [ScalarType.INT32, integers(32, true).map(Number)],
  [ScalarType.INT64, integers(64, true)],
  [ScalarType.UINT64, integers(64, false)],
  [ScalarType.FLOAT, fc.oneof(fc.float(), fc.double({ min: -3e38, max: 3e38 }))],
  [ScalarType.DOUBLE, fc.double()],
  [ScalarType.STRING, texts],
  [ScalarType.BYTES, fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 120, maxLength: 136 }))],
]);

const unknownFields = fc.array(
  fc.record({
    no: fc.integer({ min: 1, max: 2 ** 29 - 1 }),
    wireType: fc.constantFrom(0, 1, 2, 5),
    data: fc.uint8Array(),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Messages of a type with any fields set, at most `depth` messages in one another, unknown fields among them. */
export function anyMessage(schema: DescMessage, depth: number, known: Known = new Map()): Arbitrary<Message> {
  const key = `${schema.typeName} ${depth}`;
  const messages = known.get(key) ?? messagesOf(schema, depth, known);
  known.set(key, messages);
  return messages;
}

type Known = Map<string, Arbitrary<Message>>;

function messagesOf(schema: DescMessage, depth: number, known: Known): Arbitrary<Message> {
  const members = schema.members.flatMap((member): [string, Arbitrary<unknown>][] => {
    const fields = member.kind === 'oneof' ? member.fields : [member];
    const values = fields.flatMap((field) => {
      const value = anyValue(field, depth, known);
      if (value === undefined) return [];
      return member.kind === 'oneof'
        ? [value.map((one) => ({ case: field.localName, value: one }))]
        : [value];
    });
    return values.length === 0 ? [] : [[member.localName, fc.oneof(...values)]];
  });
  const fields = fc.record(Object.fromEntries(members), { requiredKeys: [] });
  return fc
    .tuple(fields, fc.option(unknownFields, { nil: undefined, freq: 6 }))
    .map(([init, $unknown]) =>
      Object.assign(create(schema, init), $unknown === undefined ? {} : { $unknown }),
    );
}

function anyValue(field: DescField, depth: number, known: Known): Arbitrary<unknown> | undefined {
  if (field.fieldKind === 'enum') return fc.constantFrom(...field.enum.values.map(({ number }) => number));
  if (field.fieldKind === 'scalar') return scalars.get(field.scalar);
  if (depth === 1 && field.message !== undefined) return undefined;
  if (field.fieldKind === 'message') return anyMessage(field.message, depth - 1, known);
  if (field.fieldKind !== 'list') throw new Error(`field ${field.name} is of a kind that models do not have`);
  const values =
    field.listKind === 'message' ? anyMessage(field.message, depth - 1, known) : scalars.get(field.scalar!);
  return values && fc.array(values, { maxLength: 3 });
}
