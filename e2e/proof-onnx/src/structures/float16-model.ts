import { sizeOf, toFloat16Bits } from '@lowbit/core/adapter';
import { DataType, modelBytes, node, normalWeights, tensor, value } from './build.js';
import { normalInput } from './inputs.js';
import type { MadeInput, MadeModel } from './made-model.js';

const half = (values: Float32Array) => Uint16Array.from(values, toFloat16Bits);

function halfWeight(name: string, dims: readonly number[], fanIn: number, seed: number) {
  const count = sizeOf(dims);
  return tensor(name, DataType.FLOAT16, dims, half(normalWeights(count, fanIn, seed)));
}

function halfInput(shape: readonly number[], seed: number): MadeInput {
  const { data } = normalInput(shape, seed);
  return { type: 'float16', shape, data: half(data as Float32Array) };
}

/** Two layers whose weights, inputs and results are float16: x [N, 96] → y [N, 64]. */
export function float16Model(): MadeModel {
  const nodes = [
    node('MatMul', ['x', 'w0'], ['h0']),
    node('Relu', ['h0'], ['h1']),
    node('Gemm', ['h1', 'w1', 'b1'], ['y'], { transB: 1 }),
  ];
  const initializers = [
    halfWeight('w0', [96, 192], 96, 1),
    halfWeight('w1', [64, 192], 192, 2),
    halfWeight('b1', [64], 64, 3),
  ];
  const bytes = modelBytes({
    nodes,
    initializers,
    inputs: [value('x', DataType.FLOAT16, ['n', 96])],
    outputs: [value('y', DataType.FLOAT16, ['n', 64])],
  });
  const runs = [4, 5].map((seed) => ({ x: halfInput([8, 96], seed) }));
  return { name: 'float16', feature: 'weights and values in float16', bytes, runs, fourBits: 'group:32' };
}
