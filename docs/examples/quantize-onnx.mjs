import { readFile, writeFile } from 'node:fs/promises';
import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';

const { model, report } = await quantize(onnx(await readFile('model.onnx')), { weights: minMax(), bits: 8 });
await writeFile('model_q8.onnx', model.bytes);
console.log(`${report.modelBytes.before} → ${report.modelBytes.after} bytes`);
