import { instantiate } from './instantiate.js';
import { binary } from './products-binary.js';

/** Sums of products in WebAssembly; see `assembly/products.ts`. The arrays are its memory. */
export interface Products {
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
  readonly sums: Float32Array;
  /** Adds products of `rows` rows of inputs and of weights, `width` weights and `count` inputs each, to the sums. */
  multiply(rows: number, width: number, count: number): void;
}

type Array = 'input' | 'weight' | 'sum';

type Exports = Pick<Products, 'multiply'> &
  Readonly<Record<`${Array}s` | `${Array}Capacity`, { readonly value: number }>> & {
    readonly memory: { readonly buffer: ArrayBuffer };
  };

let loaded: Products | null | undefined;

/** The loops; `undefined` where the host has no WebAssembly SIMD or its policy forbids to compile. */
export function products(): Products | undefined {
  if (loaded === undefined) loaded = load();
  return loaded ?? undefined;
}

function load(): Products | null {
  const exports = instantiate(binary) as Exports | undefined;
  if (exports === undefined) return null;
  const floats = (name: Array) =>
    new Float32Array(exports.memory.buffer, exports[`${name}s`].value, exports[`${name}Capacity`].value);
  return {
    inputs: floats('input'),
    weights: floats('weight'),
    sums: floats('sum'),
    multiply: exports.multiply,
  };
}
