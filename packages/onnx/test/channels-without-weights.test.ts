import { quantize } from '@lowbit/core';
import { absmax, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { edgeValues } from './helpers/edge-values.js';
import { runModel } from './helpers/run-model.js';

const size = 128;

/** A product whose channels from 64 on have no weights, with a bias that is far smaller than the inputs. */
function bytesOf(transB: 0 | 1): Uint8Array {
  const rows = edgeValues(size, size).fill(0, (size / 2) * size);
  const values = transB === 1 ? rows : rows.map((_, at) => rows[(at % size) * size + Math.floor(at / size)]!);
  const bias = Float32Array.from({ length: size }, (_, channel) => 0.01 * (channel - 100));
  return buildBytes({
    nodes: [makeNode({ op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: { transB } })],
    initializers: [
      makeTensor('w', DataType.FLOAT, [size, size], values),
      makeTensor('b', DataType.FLOAT, [size], bias),
    ],
    inputs: { x: [4, size] },
    outputs: { y: [4, size] },
  });
}

test.each([0, 1] as const)(
  'the bias of a channel without weights is kept in 8-bit integers: transB %i',
  async (transB) => {
    const data = Float32Array.from({ length: 4 * size }, (_, at) => 1000 * Math.sin(at));
    const bytes = bytesOf(transB);
    const port = onnx(bytes, { ort, integers: 'qdq' });
    const calibration = await port.observe!([{ inputs: { x: { shape: [4, size], data } } }]);
    const recipe = { weights: absmax(), bits: 8, activations: minMax(), calibration } as const;
    const { model, report } = await quantize(port, recipe);
    expect(report.weights[0]!.form).toBe('QGemm');
    const feeds = { x: new ort.Tensor('float32', data, [4, size]) };
    const [before, after] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    const lone = (outputs: ReadonlyMap<string, Float32Array>) =>
      [...outputs.get('y')!].filter((_, at) => at % size >= size / 2);
    const [expected, actual] = [lone(before), lone(after)];
    actual.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
  },
);
