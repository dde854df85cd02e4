import { seededRandom } from '@lowbit/core';
import type { ModelBuilder } from '@lowbit/onnx/build';

/** That of small networks that are really used. */
export const width = 512;

/** Values as those of trained nets: most small, a few large. */
export function valuesFrom(seed: number): (count: number, scale?: number) => Float32Array {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (count, scale = 0.05) =>
    Float32Array.from({ length: count }, () => (scale * normal()) / Math.sqrt(0.3 + random()));
}

/** What the networks are made of. */
export function layers(model: ModelBuilder, values: ReturnType<typeof valuesFrom>) {
  const matrix = (near: string, rows: number, columns: number) =>
    model.constant(near, 'float32', [rows, columns], values(rows * columns));
  const ones = () => model.constant('gain', 'float32', [width], new Float32Array(width).fill(1));
  const zeros = () => model.constant('shift', 'float32', [width], new Float32Array(width));
  return {
    matrix,
    /** x + W₂ · relu(W₁ · x), normalized. */
    block(x: string): string {
      const hidden = model.node('Relu', [model.node('MatMul', [x, matrix('up', width, 4 * width)])]);
      const added = model.node('Add', [x, model.node('MatMul', [hidden, matrix('down', 4 * width, width)])]);
      return model.node('LayerNormalization', [added, ones(), zeros()], { attributes: { axis: -1 } });
    },
  };
}
