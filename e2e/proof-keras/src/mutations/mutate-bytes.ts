import type { Random } from '@lowbit/core/adapter';

/** Changes one place of a file; the result may be longer or shorter. */
type Mutation = (bytes: Uint8Array, at: number, random: Random) => Uint8Array;

const mutations: readonly Mutation[] = [
  flipBit,
  (bytes, at, random) => bytes.fill(below(256, random), at, at + 1),
  (bytes, at, random) => bytes.map((byte, i) => (i >= at && i < at + 40 ? below(256, random) : byte)),
  (bytes, at, random) => bytes.fill(random() < 0.5 ? 0 : 255, at, at + below(64, random)),
  (bytes, at, random) => setNumber(bytes, at, 4, random),
  (bytes, at, random) => setNumber(bytes, at, 8, random),
  (bytes, at, random) => bytes.copyWithin(at, below(bytes.length, random)).slice(),
  (bytes, at, random) => insert(bytes, at, bytes.subarray(below(bytes.length, random)).subarray(0, 64)),
  (bytes, at) => bytes.slice(0, at),
];

/** The bytes of a file with one to four places changed: bits, runs, lengths and offsets, parts doubled, moved or cut off. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes.slice();
  for (let left = 1 + below(4, random); left > 0 && result.length > 0; left--) {
    const change = mutations[below(mutations.length, random)]!;
    result = change(result, below(result.length, random), random) as Uint8Array<ArrayBuffer>;
  }
  return result;
}

/** A whole number from 0 to `count` − 1. */
export function below(count: number, random: Random): number {
  return Math.floor(random() * count);
}

function flipBit(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  bytes[at]! ^= 1 << below(8, random);
  return bytes;
}

/** What counts and sizes are most often wrong by: nothing, the largest, more than there is. */
function setNumber(bytes: Uint8Array, at: number, width: 4 | 8, random: Random): Uint8Array {
  if (at + width > bytes.length) return bytes;
  const numbers = [
    0n,
    1n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 40n,
    2n ** 63n,
    2n ** 64n - 1n,
    BigInt(bytes.length),
  ];
  const number = numbers[below(numbers.length, random)]!;
  for (let i = 0; i < width; i++) bytes[at + i] = Number((number >> BigInt(8 * i)) & 255n);
  return bytes;
}

function insert(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + part.length);
  result.set(bytes.subarray(0, at));
  result.set(part, at);
  result.set(bytes.subarray(at), at + part.length);
  return result;
}
