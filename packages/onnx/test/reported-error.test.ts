import { measureError, quantize, type Granularity } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { edgeValues } from './helpers/edge-values.js';
import { runModel } from './helpers/run-model.js';

const [entries, features] = [64, 64];

/** y = all rows of a table (a weight of its own form), or a product with the identity. */
function bytesOf(op: 'Gather' | 'MatMul', type: DataType): Uint8Array {
  const table = makeTensor('w', type, [entries, features], edgeValues(entries, features));
  const nodes =
    op === 'Gather'
      ? [makeNode({ op, inputs: ['w', 'x'], outputs: ['h'] })]
      : [
          makeNode({ op: 'Cast', inputs: ['x'], outputs: ['t'], attributes: { to: type } }),
          makeNode({ op, inputs: ['t', 'w'], outputs: ['h'] }),
        ];
  const cast = makeNode({ op: 'Cast', inputs: ['h'], outputs: ['y'], attributes: { to: DataType.FLOAT } });
  return buildBytes(
    {
      nodes: [...nodes, cast],
      initializers: [table],
      inputs: { x: op === 'Gather' ? [entries] : [entries, entries] },
      types: op === 'Gather' ? { x: DataType.INT64 } : {},
      outputs: { y: [entries, features] },
    },
    { opset: 17, ir: 8 },
  );
}

const feeds = {
  Gather: new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: entries }, (_, at) => BigInt(at)),
    [entries],
  ),
  MatMul: new ort.Tensor(
    'float32',
    Float32Array.from({ length: entries * entries }, (_, at) => (at % (entries + 1) === 0 ? 1 : 0)),
    [entries, entries],
  ),
};

const methods = ['min-max', 'min-max:zeroPoint=integer', 'absmax', 'absmax:levels=odd', 'slq', 'nf4', 'horq'];
const cases = methods.flatMap((weights) =>
  (['channel', 'group:32'] as const).flatMap((granularity) =>
    (['speed', 'memory'] as const).flatMap((optimize) =>
      (['float32', 'float16'] as const).map((parameterStorage) => ({
        weights,
        granularity: granularity as Granularity,
        optimize,
        parameterStorage,
      })),
    ),
  ),
);

describe('the error in the report is that of the file, read back by running it', () => {
  test.each(cases)('$weights, $granularity, $optimize, $parameterStorage parameters', async (given) => {
    const { optimize, ...recipe } = given;
    const bits = recipe.weights === 'horq' ? 2 : 4;
    for (const op of ['Gather', 'MatMul'] as const) {
      for (const type of [DataType.FLOAT, DataType.FLOAT16]) {
        const port = onnx(bytesOf(op, type), { optimize });
        const { model, report } = await quantize(port, { registry, bits, ...recipe });
        const [row] = report.weights;
        const original = await (
          await port.layers()
        )
          .find(({ weights }) => weights.length > 0)!
          .weights[0]!.read();
        const read = (await runModel(model.bytes, { x: feeds[op] })).get('y')!;
        const actual = measureError(original, read);
        const at = `${op} ${row!.form}`;
        expect([at, row!.error!.sqnrDb! - actual.sqnrDb!]).toEqual([at, expect.closeTo(0, 2)]);
        const zeros = read.subarray(0, features);
        // Rows are slices of a table alone, and residual signs have no level at 0.
        if (op === 'Gather' && recipe.weights !== 'horq')
          expect(zeros.every((value) => value === 0)).toBe(true);
      }
    }
  });
});
