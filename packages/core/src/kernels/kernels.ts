import { binary } from './binary.js';
import { instantiate } from './instantiate.js';

/**
 * Loops over the values of a weight in WebAssembly, four at a time. The arrays are the memory of the kernels: what a loop
 * takes is written into them, what it gives is read from them.
 */
export interface Kernels {
  readonly values: Float32Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
  readonly mins: Float32Array;
  readonly maxs: Float32Array;
  readonly codes: Uint8Array;
  /** Of deviations, their squares, squares of values and of errors; the largest error. */
  readonly sums: Float64Array;
  readonly tables: Int32Array;
  readonly loops: Loops;
}

/** The loops of `assembly/kernels.ts`, on a block of rows; `each`: every value of a row belongs to a slice of its own. */
export interface Loops {
  encode(rows: number, width: number, each: boolean, middle: number, highest: number): void;
  measure(rows: number, width: number, each: boolean, middle: number, first: number): void;
  widen(rows: number, width: number, each: boolean): number;
  countBins(count: number, bins: number, min: number, scale: number): void;
}

interface Global {
  readonly value: number;
}

type Place = 'values' | 'scales' | 'offsets' | 'mins' | 'maxs' | 'codes' | 'sums' | 'tables';

type Exports = Loops &
  Readonly<Record<Place | 'capacity', Global>> & { readonly memory: { readonly buffer: ArrayBuffer } };

let loaded: Kernels | null | undefined;

/** The kernels; `undefined` where the host has no WebAssembly SIMD or its policy forbids to compile. */
export function kernels(): Kernels | undefined {
  if (loaded === undefined) loaded = load();
  return loaded ?? undefined;
}

function load(): Kernels | null {
  const exports = instantiate(binary);
  return exports === undefined ? null : arraysOf(exports as Exports);
}

function arraysOf(exports: Exports): Kernels {
  const { buffer } = exports.memory;
  const floats = (place: Place, count = exports.capacity.value) =>
    new Float32Array(buffer, exports[place].value, count);
  return {
    values: floats('values'),
    scales: floats('scales'),
    offsets: floats('offsets'),
    mins: floats('mins'),
    maxs: floats('maxs'),
    codes: new Uint8Array(buffer, exports.codes.value, exports.capacity.value),
    sums: new Float64Array(buffer, exports.sums.value, 5),
    tables: new Int32Array(buffer, exports.tables.value),
    loops: exports,
  };
}
