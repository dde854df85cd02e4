import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';

import { seededRandom } from '@lowbit/core';

const float = 1;
/** Values of a sample, and classes. */
export const chainSizes = [32, 96, 96, 96, 16] as const;

/** A model of four products of matrices with rectifiers between them, and a softmax at the end: `x` of `[n, 32]` to `p` of `[n, 16]`. */
export function chainModel(): Uint8Array {
  const random = seededRandom(3);
  const [inputs, ...outputs] = chainSizes;
  const weights = outputs.map((size, i) => ({
    name: `w${i}`,
    dims: [chainSizes[i]!, size],
    // Some weights count more than others.
    scale: [0.6, 0.15, 0.5, 0.2][i]!,
  }));
  const last = outputs.length - 1;
  const nodes = weights.flatMap(({ name }, i) => [
    { opType: 'MatMul', name: `multiply${i}`, input: [i === 0 ? 'x' : `r${i - 1}`, name], output: [`m${i}`] },
    i < last
      ? { opType: 'Relu', name: `rectify${i}`, input: [`m${i}`], output: [`r${i}`] }
      : { opType: 'Softmax', name: 'softmax', input: [`m${i}`], output: ['p'] },
  ]);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'chain',
      node: nodes,
      initializer: weights.map(({ name, dims, scale }) => ({
        name,
        dataType: float,
        dims: dims.map(BigInt),
        rawData: new Uint8Array(
          Float32Array.from({ length: dims[0]! * dims[1]! }, () => scale * (random() - 0.5)).buffer,
        ),
      })),
      input: [tensor('x', inputs)],
      output: [tensor('p', chainSizes[outputs.length]!)],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function tensor(name: string, size: number) {
  const batch = { value: { case: 'dimParam' as const, value: 'n' } };
  const values = { value: { case: 'dimValue' as const, value: BigInt(size) } };
  const tensorType = { elemType: float, shape: { dim: [batch, values] } };
  return { name, type: { value: { case: 'tensorType' as const, value: tensorType } } };
}

/** Seeded samples for it, row by row. */
export function chainSamples(rows: number): Float32Array {
  const random = seededRandom(8);
  return Float32Array.from({ length: rows * chainSizes[0] }, () => 4 * (random() - 0.4));
}
