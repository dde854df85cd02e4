import type { IntegerForm } from './cost.js';

/** The integer operators that layers become, by form and operator: as written, or as runtimes fuse them. */
export const integerOperators: Readonly<Record<IntegerForm, Readonly<Record<string, string>>>> = {
  operators: { Conv: 'ConvInteger', MatMul: 'MatMulInteger', Gemm: 'MatMulInteger' },
  qdq: { Conv: 'QLinearConv', MatMul: 'MatMulIntegerToFloat', Gemm: 'QGemm' },
};
