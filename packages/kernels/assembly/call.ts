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
/** Whether the relaxed dot product computes: 1 with unsigned inputs, 2 with signed ones; otherwise 0. */
export const relaxed: i32 = 100;
/** Levels of weights of 4 bits: 16 bytes; 0 for weights of 8. */
export const levels: i32 = 104;
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
/** What stands for 0 in memory, from which codes are counted: not 0 for the relaxed dot product alone. */
export const zero: i32 = 304;
export const outHeight: i32 = 308;
export const outWidth: i32 = 312;
/** Bytes from a window to the next. */
export const verticalStep: i32 = 316;
export const horizontalStep: i32 = 320;

// Products by lookup, of weights of 1 bit and inputs of 1 or 2. Inputs are tables of 16 bytes, one for each four ("group").
/** Results for each four inputs: 16 bytes for each value of their bits. */
export const tables: i32 = 324;
/** Bits of an input. */
export const inputBits: i32 = 328;
/** Groups of a pixel. */
export const groups: i32 = 332;
/** Runs of groups that bytes can count: how far each begins from the window, and its groups (two int32 each). */
export const chunks: i32 = 336;
export const chunkList: i32 = 340;
/** Whether a table is that of two neighbouring rows, one in each half of its bytes. */
export const isPaired: i32 = 344;
/** What is taken off for each pixel (int32); 0 for the border. */
export const pixelSums: i32 = 348;
/** Sums of the rows of a tile (16 bits): `sumStride` bytes a row. */
export const tileSums: i32 = 352;
export const sumStride: i32 = 356;
/** Where the tables of the four rows (or two pairs) of a tile are; those of the current chunk. */
export const tile: i32 = 360;
export const chunk: i32 = 376;
/** Inputs of 2 bits: values from which the codes 1, 2 and 3 begin. */
export const threshold1: i32 = 392;
export const threshold2: i32 = 396;
export const threshold3: i32 = 400;
/** The value of an input whose code is 1; whether the mean magnitude counts instead, and whether each pixel has its own. */
export const inputScale: i32 = 404;
export const isMean: i32 = 408;
export const isByPixel: i32 = 412;
/** Window, and bytes between its lines and its columns in the image of `pixelSums`. */
export const windowHeight: i32 = 416;
export const windowWidth: i32 = 420;
export const windowLine: i32 = 424;
export const windowColumn: i32 = 428;
export const stride: i32 = 432;
/** Rows of the tile. */
export const tileRows: i32 = 436;

// Depthwise convolutions, whose inputs are in 16 bits.
/** How far each tap lies from the place of a row, in bytes (int32); `quads` pairs of them. */
export const taps: i32 = 452;
/** Weights of 1, as `weights` lie, with which inputs are summed; 0 where no sums are wanted. */
export const ones: i32 = 456;
/** Sums of two rows, and of their inputs (int32): four times all channels, filled up to multiples of 8. */
export const channelSums: i32 = 460;

// How values become codes: multiplied by `inverse`, rounded, and held between `leastCode` and `mostCode` (float32). Where `step` is
// not 0, it is given, and so is its inverse; otherwise samples are divided by their largest magnitudes.
export const step: i32 = 464;
export const inverse: i32 = 468;
export const leastCode: i32 = 472;
export const mostCode: i32 = 476;
/** Largest magnitudes of all samples, four side by side each (16 bytes), where they were found before; otherwise 0. */
export const found: i32 = 480;

// What the next layer takes of the outputs, where there is one.
/** Where those of the current sample are found; those of all samples, or 0. */
export const most: i32 = 484;
export const mosts: i32 = 488;
/** Its call, where outputs become its codes and no floats; bytes of a code; where those of each row go (int32). */
export const next: i32 = 492;
export const codeBytes: i32 = 496;
export const targets: i32 = 500;
