// Where the numbers of one call lie, in bytes from the start of its block: 32 bits each. `src/wasm/call-block.ts` writes them.

/** Panels of 8 output channels: `quads` times 4 values of each. */
export const weights: i32 = 0;
export const bits: i32 = 4;
export const columns: i32 = 8;
export const quads: i32 = 12;
/** Quantized inputs; where in them each row of the product begins (int32, bytes). */
export const inputs: i32 = 16;
export const places: i32 = 20;
export const rows: i32 = 24;
/** What belongs to a row: runs of `run` times 4 values, and how far each lies from the place of the row (int32, bytes). */
export const runs: i32 = 28;
export const skips: i32 = 32;
export const run: i32 = 36;
/** Float32 for each output channel, in whole panels. */
export const scales: i32 = 48;
export const shifts: i32 = 52;
export const biases: i32 = 56;
export const slopes: i32 = 60;
/** Float32 for each row; the sum of each row (int32); what sums begin with for each output channel (int32). */
export const rowScales: i32 = 64;
export const rowSums: i32 = 68;
export const starts: i32 = 72;
/** Float32, row-major: the result, and what is added to it first, or 0. */
export const output: i32 = 76;
export const addend: i32 = 80;
export const lowest: i32 = 84;
export const highest: i32 = 88;
/** Room for an unpacked panel. */
export const panel: i32 = 92;
/** Rows that go through all panels before the next. */
export const block: i32 = 96;
/** Whether the relaxed dot product computes. */
export const relaxed: i32 = 100;
/** Sums of four rows and eight channels (int32). */
export const sums: i32 = 112;

// What is quantized first: images of float32 `[samples, height, width, channels]`, of which the first `reachedHeight` rows and
// `reachedWidth` columns count; they become images of `borderedHeight` rows and `borderedWidth` pixels, `pixelBytes` each.
export const values: i32 = 256;
export const samples: i32 = 260;
export const height: i32 = 264;
export const width: i32 = 268;
export const channels: i32 = 272;
export const reachedHeight: i32 = 276;
export const reachedWidth: i32 = 280;
export const top: i32 = 284;
export const left: i32 = 288;
export const borderedHeight: i32 = 292;
export const borderedWidth: i32 = 296;
export const pixelBytes: i32 = 300;
/** What is over each byte for the relaxed dot product: 0 or 128. */
export const flip: i32 = 304;
export const outHeight: i32 = 308;
export const outWidth: i32 = 312;
/** Bytes from a window to the next. */
export const verticalStep: i32 = 316;
export const horizontalStep: i32 = 320;
