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

/** What the networks are made of; `channels` is the width of states. */
export function layers(model: ModelBuilder, values: ReturnType<typeof valuesFrom>, channels = width) {
  const matrix = (near: string, rows: number, columns: number) =>
    model.constant(near, 'float32', [rows, columns], values(rows * columns));
  const ones = () => model.constant('gain', 'float32', [channels], new Float32Array(channels).fill(1));
  const zeros = () => model.constant('shift', 'float32', [channels], new Float32Array(channels));
  const norm = (x: string) =>
    model.node('LayerNormalization', [x, ones(), zeros()], { attributes: { axis: -1 } });
  return {
    matrix,
    norm,
    /** x + W₂ · relu(W₁ · x), normalized. */
    block(x: string): string {
      const [up, down] = [matrix('up', channels, 4 * channels), matrix('down', 4 * channels, channels)];
      const hidden = model.node('Relu', [model.node('MatMul', [x, up])]);
      return norm(model.node('Add', [x, model.node('MatMul', [hidden, down])]));
    },
  };
}
