// What a search for the even grids of four slices works on: its places in memory, and what all slices of a search have.

/** Most values of all slices together; most slices are as many as `capacity`. */
export const searchCapacity: i32 = 262144;

export const searchZeros: usize = 98304;
/** Four float32 a step: origin, low, high, rounds. */
export const searchSteps: usize = 114688;
const places: usize = 122880;
export const searchValues: usize = 131072;
/** Four slices with their values side by side: as they are, and in steps. */
export const rawLanes: usize = 1179648;
export const lanes: usize = 2228224;
/** What the values add up to before each stretch, and their squares: a pair of doubles for two slices each, 64 bytes a stretch. */
export const before: usize = 3276800;

/** Where 0 lies on the grid. */
export const anywhere: i32 = 0;
export const onLevel: i32 = 1;

// State of four slices, 16 bytes each.
export const low: usize = places;
export const unit: usize = places + 16;
export const start: usize = places + 32; // step, shift, lowest and highest code
export const best: usize = places + 96; // the same, then what it tells (two pairs of doubles)
export const trial: usize = places + 192; // step, shift, lowest and highest code
export const refit: usize = places + 288; // step, shift
export const held: usize = places + 320; // scale, offset, errors (two pairs of doubles)
export const total: usize = places + 384;
export const whole: usize = places + 448; // sums of the values, and of their squares (each two pairs of doubles)
export const added: usize = places + 512; // sums of codes, their squares, and codes times values (each two pairs of doubles)
export const limit: usize = places + 608; // errors from which on a grid cannot be better than the best (two pairs of doubles)
export const ends: usize = places + 640; // the smallest and the largest value, in steps

/** Values after which it is looked whether a grid can be the best still, in bytes of four slices. */
export const stretch: usize = 16 * 64;

// What all slices of a search have: codes go from 0 to `highest`, the middle one is `half`.
export let length: i32 = 0;
export let highest: f32 = 0;
export let half: f32 = 0;
export let zero: i32 = 0;
/** Parts of a step that values are rounded to, a power of two. */
export let parts: f32 = 1;

/** Says which codes the following searches have, where 0 lies, and to which parts of a step values are rounded. */
export function chooseCodes(most: f32, middle: f32, place: i32, fine: f32): void {
  highest = most;
  half = middle;
  zero = place;
  parts = fine;
}

/** Says how many values each slice has. */
export function chooseLength(values: i32): void {
  length = values;
}

/** The code of 0 on a grid whose first level is so many steps below it. */
export function zeroPoint(place: v128): v128 {
  return f32x4.pmin(f32x4.splat(highest), f32x4.pmax(f32x4.splat(0), f32x4.nearest(place)));
}

/** Keeps what is better, slice by slice. */
export function keep(to: usize, from: usize, better: v128): void {
  v128.store(to, v128.bitselect(v128.load(from), v128.load(to), better));
}
