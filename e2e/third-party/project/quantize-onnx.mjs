// Quantizes model.onnx with methods of strangers, by value and by name.
import { readFile, writeFile } from 'node:fs/promises';
import { quantize, registry } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import bySizePolicy from 'lowbit-plugin-by-size';
import zeroPointQuantizer from 'lowbit-plugin-zero-point';

const bytes = await readFile('model.onnx');
const byValue = await quantize(onnx(bytes), {
  weights: zeroPointQuantizer(),
  bits: bySizePolicy({ limit: 50000, large: 7 }),
});
const byName = await quantize(onnx(bytes), {
  registry: registry([zeroPointQuantizer(), bySizePolicy()]),
  weights: 'zero-point',
  bits: 'by-size:limit=50000,large=7',
});
await writeFile('by-code.onnx', byValue.model.bytes);
console.log(
  JSON.stringify({
    same: Buffer.compare(byValue.model.bytes, byName.model.bytes) === 0,
    quantizers: [...new Set(byValue.report.weights.map(({ quantizer }) => quantizer))],
    bits: [...new Set(byValue.report.weights.map(({ bits }) => bits))].sort(),
    ratio: byValue.report.modelBytes.after / byValue.report.modelBytes.before,
  }),
);
