import { binary } from './expand-binary.js';
import { instantiate } from './instantiate.js';

/**
 * Loops from packed codes to values in WebAssembly; a module of its own, which what packs does without. The arrays are its memory: what
 * a loop takes is written into them, what it gives is read from them.
 */
export interface Expansions {
  /** A bit stream. */
  readonly packed: Uint8Array;
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
  /** Levels of slices, one after the other. */
  readonly tables: Float32Array;
  readonly values: Float32Array;
  readonly loops: Loops;
}

/** The loops of `assembly/expand.ts`, on a block of rows; `each`: every value of a row belongs to a slice of its own. */
interface Loops {
  unpack(bits: number, count: number): void;
  largest(first: number, count: number): number;
  even(first: number, rows: number, width: number, each: boolean, middle: number): void;
  lookUp(first: number, rows: number, width: number, each: boolean, levels: number): void;
}

type Place = 'packed' | 'codes' | 'scales' | 'offsets' | 'values' | 'tables';

type Exports = Loops &
  Readonly<Record<Place | 'capacity' | 'tableCapacity', { readonly value: number }>> & {
    readonly memory: { readonly buffer: ArrayBuffer };
  };

/** Codes that are unpacked at once, of which up to so many lie before or behind a block. */
const atOnce = 8;

let loaded: Expansions | null | undefined;

/** The loops; `undefined` where the host has no WebAssembly SIMD or its policy forbids to compile. */
export function expansions(): Expansions | undefined {
  if (loaded === undefined) loaded = load();
  return loaded ?? undefined;
}

function load(): Expansions | null {
  const exports = instantiate(binary) as Exports | undefined;
  if (exports === undefined) return null;
  const { buffer } = exports.memory;
  const capacity = exports.capacity.value;
  const floats = (place: Place, count = capacity) => new Float32Array(buffer, exports[place].value, count);
  const bytes = (place: Place) => new Uint8Array(buffer, exports[place].value, capacity + 2 * atOnce);
  return {
    packed: bytes('packed'),
    codes: bytes('codes'),
    scales: floats('scales'),
    offsets: floats('offsets'),
    tables: floats('tables', exports.tableCapacity.value),
    values: floats('values'),
    loops: exports,
  };
}
