/** What `assembly/kernels.ts` exports. All arguments are addresses in bytes. */
export interface KernelExports {
  /** Quantizes the images of a call, and says where its rows are. */
  quantizeAll(call: number): void;
  /** Computes the product of a call. */
  multiplyAll(call: number): void;
  /** Adds to the four sums at `to` the products of 16 bytes at `a` and `b`. */
  probeDot(a: number, b: number, to: number): void;
}
