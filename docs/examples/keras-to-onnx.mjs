import { readFile, writeFile } from 'node:fs/promises';
import { quantize } from '@lowbit/core';
import { keras } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { asOnnx } from '@lowbit/keras-onnx';

const port = keras(await readFile('model.keras'));
const { model, report } = await quantize(asOnnx(port), { registry, bits: 4 });
await writeFile('model_q4.onnx', model.bytes);
console.log(`${report.modelBytes.before} → ${report.modelBytes.after} bytes`);
(await port.model()).close();
