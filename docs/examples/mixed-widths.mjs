import { readFile, writeFile } from 'node:fs/promises';
import { cascade, ends, everywhere, quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';

const bytes = await readFile('model.onnx');
const { model, plan, report } = await quantize(onnx(bytes), {
  registry,
  weights: 'min-max',
  bits: cascade(everywhere(4), ends(8)),
  granularity: 'group:32',
});
await writeFile('model_q4.onnx', model.bytes);
await writeFile('plan.json', JSON.stringify(plan, null, 2));
for (const { id, bits, error } of report.weights) console.log(id, bits, error.sqnrDb?.toFixed(1) ?? 'exact');
