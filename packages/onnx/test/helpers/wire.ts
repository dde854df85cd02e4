/** Protobuf bytes by hand, for what an encoder would refuse to write. */
export function varint(value: number | bigint): number[] {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    left >>= 7n;
  } while (left > 0n);
  return bytes;
}

export const tag = (field: number, wireType: number): number[] => varint((field << 3) | wireType);

export const numberField = (field: number, value: number | bigint): number[] => [
  ...tag(field, 0),
  ...varint(value),
];

export const bytesField = (field: number, payload: ArrayLike<number>): number[] => [
  ...tag(field, 2),
  ...varint(payload.length),
  ...Array.from(payload),
];

export const textField = (field: number, text: string): number[] =>
  bytesField(field, Buffer.from(text, 'utf8'));

/** A length-delimited field around large payloads, without spreading them. */
export function wrap(field: number, ...payloads: Uint8Array[]): Uint8Array {
  const length = payloads.reduce((sum, { length: one }) => sum + one, 0);
  const head = [...tag(field, 2), ...varint(length)];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let position = head.length;
  for (const payload of payloads) {
    bytes.set(payload, position);
    position += payload.length;
  }
  return bytes;
}

export function joined(...parts: ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
