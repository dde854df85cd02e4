/** What `assembly/kernels.ts` exports. Arguments without another name are addresses in bytes. */
export interface KernelExports {
  /** Quantizes the images of a call, and says where its rows are. */
  quantizeAll(call: number): void;
  /** Makes ready for codes that the layer before writes, and says at `targets` where. */
  expectCodes(call: number, targets: number): void;
  /** Takes the codes that the layer before has written. */
  acceptCodes(call: number): void;
  /** Computes the product of a call. */
  multiplyAll(call: number): void;
  /** Computes the depthwise convolution of a call. */
  convolveDepthwise(call: number): void;
  /** Fills the tables of lookups with inputs of 1 or 2 bits; 0 stands for signs with weights of two masks. */
  fillTables(to: number, bits: number): void;
  /** Quantizes the images of a call to tables. */
  tabulateAll(call: number): void;
  /** Computes the product of a call by lookup. */
  lookUpAll(call: number): void;
  /** Computes the product of a call whose weights have 1 bit, by lookup of inputs of 8. */
  lookUpBytes(call: number): void;
  /** Packs the signs of the images of a call to bits. */
  packSigns(call: number): void;
  /** Computes the product of a call by counting bits. */
  countAll(call: number): void;
  /** Values of rows less the mean magnitude of their row times their sign. */
  subtractSigns(values: number, to: number, rows: number, count: number): void;
  /** Adds to the four sums at `to` the products of 16 bytes at `a` and `b`. */
  probeDot(a: number, b: number, to: number): void;
  /** Writes to `to` the bytes of the table at `a` that the indices at `b` choose. */
  probeSwizzle(a: number, b: number, to: number): void;
}
