import { readFile, writeFile } from 'node:fs/promises';
import { quantize } from '@lowbit/core';
import { keras } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { toOnnx } from '@lowbit/keras-onnx';

const port = keras(await readFile('model.keras'));
const { model, report } = await quantize(port, { registry, bits: 4 });
const { bytes } = await toOnnx(model);
await writeFile('model_q4.onnx', bytes);
console.log(`${report.modelBytes.before} → ${report.modelBytes.after} bytes`);
model.close();
