import type { WeightDescriptor } from '@lowbit/core';

/** Which axes of a weight are output channels (ascending) and which one is the input channel. */
export interface KernelAxes {
  readonly outputAxes: readonly number[];
  readonly inputAxis?: number;
}

/** One weight of a layer class that can be quantized. */
export interface KernelRule {
  /** Last part of the variable's name, for instance `depthwise_kernel`. */
  readonly variable: string;
  readonly kernel: WeightDescriptor['kernel'];
  /** The axes of a weight with `rank` dimensions. */
  axes(rank: number): KernelAxes;
}

/** What is known about a layer class. */
export interface LayerFamily {
  readonly kernels: readonly KernelRule[];
  /**
   * Every value of the kernels is used once a position of this tensor (its axes but batch and channels), which
   * gives the multiply-accumulate operations. Absent where the layer multiplies nothing.
   */
  readonly positions?: 'input' | 'output';
}

/** Layer classes by their `className`. */
export type FamilyTable = Readonly<Record<string, LayerFamily>>;

/** `[…, in, out]`: the layout of dense, convolution and recurrent kernels. */
export function lastIsOutput(rank: number): KernelAxes {
  return { outputAxes: [rank - 1], inputAxis: rank - 2 };
}
