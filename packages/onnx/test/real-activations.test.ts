import {
  decode,
  quantize,
  seededRandom,
  type Batch,
  type Calibration,
  type QuantizedTensor,
} from '@lowbit/core';
import type { ArrayTensor } from '@lowbit/core/method';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { onnx, readModel } from '../src/index.js';
import { attributeOf, integerAttribute, integersAttribute } from '../src/graph/attributes.js';
import { describeModel } from '../src/describe/describe-model.js';
import { openGraph } from '../src/graph/model-editor.js';
import { withOutputs } from '../src/observe/with-outputs.js';
import { checkGraph } from '../src/model/check-graph.js';
import { type NodeProto, textOf } from '../src/schema/proto.js';
import { activationQuantizers } from './helpers/activation-quantizers.js';
import { watched } from './helpers/decoded-model.js';
import { plainAbsmax } from './helpers/plain-quantizers.js';
import { realBytes, type RealModel } from './helpers/real-models.js';
import { convolve, magnitudes, patchesOf, type Window } from './helpers/reference-conv.js';
import { referenceForward } from './helpers/reference-forward.js';

ort.env.wasm.numThreads = 1;

const inputs: readonly (readonly [RealModel, Batch])[] = [
  ['detector', image(32, 64)],
  ['classifier', image(32, 32)],
  ['recognizer', image(48, 32)],
];

function image(height: number, width: number): Batch {
  const random = seededRandom(3);
  const data = Float32Array.from({ length: 3 * height * width }, () => 2 * random() - 1);
  return { inputs: { x: { shape: [1, 3, height, width], data } } };
}

describe.each(inputs)('the %s', (name, batch) => {
  const bytes = realBytes(name);
  const port = onnx(bytes, { ort });
  const original = readModel(bytes);
  const graph = openGraph(original, checkGraph(original.proto, original.name));
  const convolutions = describeModel(original).layers.filter(({ op }) => op === 'Conv');
  let calibration: Calibration;
  beforeAll(async () => (calibration = await port.observe!([batch])));

  // Each convolution gets the value that the written model computed in front of it, so that errors do not add up.
  test.each(activationQuantizers)('every convolution is as arrays compute it: $title', async (one) => {
    const { quantizer, bits: activationBits } = one;
    const tensors = new Map<string, QuantizedTensor>();
    const recipe = { weights: plainAbsmax, bits: 8, activations: quantizer, activationBits, calibration };
    const { model, report } = await quantize(watched(port, tensors), recipe);
    const stored = new Set(report.weights.map(({ id }) => id));
    const judged = convolutions.filter(({ weights: [weight] }) => weight && stored.has(weight.id));
    expect(judged.length).toBeGreaterThan(25);
    const names = judged.flatMap(({ node }) => [node.input[0]!, node.output[0]!]);
    const seen = await innerValues(model.bytes, batch, names);
    for (const { node, weights } of judged) {
      const [x, y] = [seen.get(node.input[0]!)!, seen.get(node.output[0]!)!];
      const site = report.activations!.find(({ id }) => id === node.input[0])!;
      const { whole, observed, run } = referenceForward(quantizer, site);
      const window = windowOf(node);
      const tensor = tensors.get(weights[0]!.id)!;
      const w = { shape: tensor.shape, data: decode(tensor) };
      const patches = patchesOf(whole(x), w.shape, window);
      const taken = observed === 'patches' ? { ...patches, matrix: run(patches.matrix) } : patches;
      const bias = node.input[2] === undefined ? undefined : graph.floats(node.input[2]);
      const expected = convolve(taken, w, window, bias);
      // Permits the rounding of sums in float32, relative to the sizes of what is summed.
      const error = relativeError(y.data, expected, magnitudes(taken, w, window, bias));
      expect(error, node.output[0]).toBeLessThan(1e-5);
    }
  });
});

async function innerValues(bytes: Uint8Array, batch: Batch, names: readonly string[]) {
  const exposed = withOutputs(readModel(bytes), [...new Set(names)]);
  const session = await ort.InferenceSession.create(exposed, { graphOptimizationLevel: 'extended' });
  const { shape, data } = batch.inputs.x!;
  const x = { shape, data: Float32Array.from(data) };
  const outputs = await session.run({ x: new ort.Tensor('float32', x.data, shape) });
  await session.release();
  const values = Object.entries(outputs).map(([name, output]): [string, ArrayTensor] => [
    name,
    { shape: output.dims, data: output.data as Float32Array },
  ]);
  return new Map([['x', x], ...values]);
}

function windowOf(node: NodeProto): Window {
  const named = (name: string) => {
    const values = integersAttribute(node, name);
    return values === undefined ? {} : { [name]: values };
  };
  const padding = attributeOf(node, 'auto_pad');
  const auto = padding === undefined || textOf(padding.s) === 'NOTSET' ? {} : { auto_pad: textOf(padding.s) };
  const group = integerAttribute(node, 'group', 1);
  return { ...named('pads'), ...named('strides'), ...named('dilations'), ...auto, group } as Window;
}

function relativeError(actual: Float32Array, expected: Float32Array, scale: Float32Array): number {
  const error = (value: number, i: number) => Math.abs(value - expected[i]!) / (scale[i]! || 1);
  return actual.reduce((most, value, i) => Math.max(most, error(value, i)), 0);
}
