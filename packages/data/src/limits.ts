const mebibyte = 2 ** 20;

/** Bounds that keep hostile data from taking memory or time. Sizes in bytes unless said otherwise. */
export const limits = {
  /** One input of one batch, as read and as handed over. */
  batch: 256 * mebibyte,
  /** An array in Fortran order, which must be in memory whole to be reordered. */
  fortranArray: 256 * mebibyte,
  /** Text of an npy header; numpy itself writes less than 1 KiB. */
  npyHeader: 64 * 1024,
  /** Axes of an array. */
  rank: 32,
  imageFile: 64 * mebibyte,
  /** Width times height of one picture. */
  imagePixels: 25_000_000,
  /** Passes over a progressive JPEG; encoders write about ten. A pass over the largest takes 0.15 s. */
  jpegScans: 24,
  /** Numbers in all components of a JPEG; its decoder takes about 12 bytes for each. */
  jpegSamples: 48_000_000,
  /** What the JPEG decoder may allocate, by its own count, in MiB; it takes up to twice as much. */
  jpegMemory: 384,
  labelsFile: 64 * mebibyte,
  /** One line of a JSON lines file. */
  line: 16 * mebibyte,
  /** Nested brackets in a JSON line. */
  nesting: 64,
  /** Files and folders looked at in one named folder, and how deep. */
  folderEntries: 1_000_000,
  folderDepth: 32,
  zipEntries: 4096,
  /** Above `zipFreely` inflated bytes, an entry may inflate to at most `zipRatio` times its size. */
  zipFreely: 64 * mebibyte,
  zipRatio: 200,
} as const;
