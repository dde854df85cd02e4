import { readFile, writeFile } from 'node:fs/promises';
import { minMax, mse, percentile } from '@lowbit/baselines';
import { cascade, everywhere, quantize } from '@lowbit/core';
import { integerWeights, onnx } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web';

const port = onnx(await readFile('model.onnx'), { ort, integers: 'operators' });

// Pictures as the model takes them; use real ones of your own.
const picture = Float32Array.from({ length: 3 * 96 * 96 }, (_, i) => Math.sin(i / 50));
const calibration = await port.observe([{ inputs: { x: { shape: [1, 3, 96, 96], data: picture } } }]);

const { model, report } = await quantize(port, {
  weights: minMax(),
  bits: cascade(everywhere(8), integerWeights(mse({ grid: 'symmetric' }))),
  activations: percentile(),
  calibration,
});
await writeFile('model_int8.onnx', model.bytes);
console.log(report.activations.length, 'activations are quantized');
