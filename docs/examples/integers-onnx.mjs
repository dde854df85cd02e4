import { readFile, writeFile } from 'node:fs/promises';
import { minMax, mse, percentile } from '@lowbit/baselines';
import { cascade, everywhere, quantize } from '@lowbit/core';
import { readBatches } from '@lowbit/data/node';
import { integerWeights, onnx } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web';

const port = onnx(await readFile('model.onnx'), { ort, integers: 'operators' });

// A folder of pictures like those that the model will see, prepared as its training had them.
const inputs = [{ name: 'x', type: 'float32', shape: ['N', 3, 96, 96] }];
const image = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const data = readBatches('photos', { inputs, image, limit: 100 });

const { model, report } = await quantize(port, {
  weights: minMax(),
  bits: cascade(everywhere(8), integerWeights(mse({ grid: 'symmetric' }))),
  activations: percentile(),
  data,
});
await writeFile('model_int8.onnx', model.bytes);
console.log(report.activations.length, 'activations are quantized');
