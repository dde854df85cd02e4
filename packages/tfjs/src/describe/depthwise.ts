import { lastIsOutput, type FamilyTable, type KernelRule } from './layer-family.js';

/** `[height, width, channels, multiplier]`: both last axes together are the output channels, none is summed. */
const depthwiseKernel: KernelRule = {
  variable: 'depthwise_kernel',
  kernel: 'kernel',
  axes: (rank) => ({ outputAxes: [rank - 2, rank - 1] }),
};

/** `[1, 1, channels · multiplier, out]`. */
const pointwiseKernel: KernelRule = { variable: 'pointwise_kernel', kernel: 'kernel', axes: lastIsOutput };

/** Depthwise convolutions, alone and followed by a pointwise one. */
export const depthwise: FamilyTable = {
  DepthwiseConv2D: { kernels: [depthwiseKernel], positions: 'output' },
  SeparableConv2D: { kernels: [depthwiseKernel, pointwiseKernel], positions: 'output' },
};
