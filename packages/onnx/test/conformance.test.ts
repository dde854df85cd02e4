import { portLaws } from '@lowbit/conformance';
import * as ort from 'onnxruntime-web';
import { test } from 'vitest';
import { onnx, type OnnxResult, type Optimize } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

ort.env.wasm.numThreads = 1;

const rows = 24;
const columns = { a: 30, b: 40 };

/** Two products with one input, so that the identity matrix as input gives the weights as outputs. */
function twoWeights(value: (i: number) => number): Uint8Array {
  const weight = (name: keyof typeof columns) => {
    const values = Float32Array.from({ length: rows * columns[name] }, (_, i) => value(i));
    return makeTensor(name, DataType.FLOAT, [rows, columns[name]], values);
  };
  return buildBytes({
    nodes: ['a', 'b'].map((name) => makeNode({ op: 'MatMul', inputs: ['x', name], outputs: [`y_${name}`] })),
    initializers: [weight('a'), weight('b')],
    inputs: { x: [rows, rows] },
    outputs: { y_a: [rows, columns.a], y_b: [rows, columns.b] },
  });
}

const identity = Float32Array.from({ length: rows * rows }, (_, i) => (i % (rows + 1) === 0 ? 1 : 0));

async function weightsOf({ bytes }: OnnxResult): Promise<ReadonlyMap<string, Float32Array>> {
  const outputs = await runModel(bytes, { x: new ort.Tensor('float32', identity, [rows, rows]) });
  return new Map(['a', 'b'].map((name) => [name, outputs.get(`y_${name}`) as Float32Array]));
}

for (const optimize of ['speed', 'memory'] satisfies Optimize[]) {
  const laws = portLaws<OnnxResult>({
    name: `onnx for ${optimize}`,
    make: () =>
      onnx(
        twoWeights((i) => Math.sin(i * i)),
        { optimize, ort },
      ),
    makeBatches: () => [{ inputs: { x: { shape: [rows, rows], data: identity } } }],
    decodeResult: weightsOf,
    fingerprint: ({ bytes }) => [...bytes],
    makeNonFinite: () =>
      onnx(
        twoWeights((i) => (i === 5 ? NaN : i)),
        { optimize },
      ),
  });
  for (const law of laws) test(law.title, law.run);
}
