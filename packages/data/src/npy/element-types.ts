import { fromFloat16Bits } from '@lowbit/core/adapter';
import type { ElementKind } from '../input/elements.js';

/** An element type of the npy format. */
export interface NpyType {
  readonly kind: ElementKind;
  /** Bytes of one element. */
  readonly bytes: number;
  /** Views or converts the bytes, which begin at offset 0 of their memory. */
  values(bytes: Uint8Array): ArrayLike<number | bigint>;
}

const float16 = ({ buffer }: Uint8Array) => Float32Array.from(new Uint16Array(buffer), fromFloat16Bits);

/** By `descr`; the machine's order of bytes is little-endian, as on everything that runs V8 for users. */
const types: ReadonlyMap<string, NpyType> = new Map<string, NpyType>([
  ['<f2', { kind: 'float', bytes: 2, values: float16 }],
  ['<f4', { kind: 'float', bytes: 4, values: ({ buffer }) => new Float32Array(buffer) }],
  ['<f8', { kind: 'float', bytes: 8, values: ({ buffer }) => new Float64Array(buffer) }],
  ['|i1', { kind: 'integer', bytes: 1, values: ({ buffer }) => new Int8Array(buffer) }],
  ['|u1', { kind: 'integer', bytes: 1, values: ({ buffer }) => new Uint8Array(buffer) }],
  ['<i2', { kind: 'integer', bytes: 2, values: ({ buffer }) => new Int16Array(buffer) }],
  ['<u2', { kind: 'integer', bytes: 2, values: ({ buffer }) => new Uint16Array(buffer) }],
  ['<i4', { kind: 'integer', bytes: 4, values: ({ buffer }) => new Int32Array(buffer) }],
  ['<u4', { kind: 'integer', bytes: 4, values: ({ buffer }) => new Uint32Array(buffer) }],
  ['<i8', { kind: 'integer', bytes: 8, values: ({ buffer }) => new BigInt64Array(buffer) }],
  ['<u8', { kind: 'integer', bytes: 8, values: ({ buffer }) => new BigUint64Array(buffer) }],
  ['|b1', { kind: 'bool', bytes: 1, values: ({ buffer }) => new Uint8Array(buffer) }],
]);

/** Every `descr` that can be read. */
export const npyTypeNames: readonly string[] = [...types.keys()];

/** The type that `descr` names; a type of one byte may be written with any order of bytes. */
export function npyType(descr: string): NpyType | undefined {
  return types.get(/^[<>=][iub]1$/.test(descr) ? `|${descr.slice(1)}` : descr);
}
