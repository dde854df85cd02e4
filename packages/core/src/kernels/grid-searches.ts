import { instantiate } from './instantiate.js';
import { binary } from './search-binary.js';

/**
 * Searches for the grids of slices in WebAssembly, four slices at a time; a module of its own, which what only decodes does without.
 * The arrays are its memory: what is searched is written into them, what is found is read from them.
 */
export interface GridSearches {
  /** Slices of equal length, one after the other. */
  readonly slices: Float32Array;
  /** What is tried, four numbers a step. */
  readonly steps: Float32Array;
  /** Of each slice: its range, how many values are 0, and the grid that was found. */
  readonly mins: Float32Array;
  readonly maxs: Float32Array;
  readonly zeros: Float32Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
  /** Values of a part of one long slice, and what its codes add up to: codes, squares and products, each of four parts. */
  readonly part: Float32Array;
  readonly sums: Float64Array;
  readonly loops: Loops;
}

/** The loops of `assembly/grid-search.ts`. */
interface Loops {
  chooseCodes(highest: number, half: number, zero: number, parts: number): void;
  searchGrids(slices: number, length: number, steps: number): void;
  /** For codes below 256. */
  addPart(count: number, step: number, shift: number, lowest: number): void;
}

type Place =
  'searchValues' | 'searchSteps' | 'searchZeros' | 'scales' | 'offsets' | 'mins' | 'maxs' | 'lanes' | 'added';

type Exports = Loops &
  Readonly<Record<Place | 'capacity' | 'searchCapacity', { readonly value: number }>> & {
    readonly memory: { readonly buffer: ArrayBuffer };
  };

let loaded: GridSearches | null | undefined;

/** The searches; `undefined` where the host has no WebAssembly SIMD or its policy forbids to compile. */
export function gridSearches(): GridSearches | undefined {
  if (loaded === undefined) loaded = load();
  return loaded ?? undefined;
}

function load(): GridSearches | null {
  const exports = instantiate(binary) as Exports | undefined;
  if (exports === undefined) return null;
  const floats = (place: Place, count = exports.capacity.value) =>
    new Float32Array(exports.memory.buffer, exports[place].value, count);
  return {
    slices: floats('searchValues', exports.searchCapacity.value),
    steps: floats('searchSteps', 2048),
    mins: floats('mins'),
    maxs: floats('maxs'),
    zeros: floats('searchZeros'),
    scales: floats('scales'),
    offsets: floats('offsets'),
    part: floats('lanes', exports.searchCapacity.value),
    sums: new Float64Array(exports.memory.buffer, exports.added.value, 12),
    loops: exports,
  };
}
