import { readFile } from 'node:fs/promises';
import { quantize } from '@lowbit/core';
import { gate, gateAtMost } from '@lowbit/e2e-real-models/proof';
import { sqnrDb } from '@lowbit/e2e-real-models';
import { readKeras } from '@lowbit/keras';
import { toOnnx } from '@lowbit/keras-onnx';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';
import type { Architecture } from '../architectures/make.js';
import { architecturePart, type Result } from '../architectures/measure-each.js';
import { difference } from '../compare/difference.js';
import { valuesOf } from '../files/golden.js';
import { runOnnx } from './run-onnx.js';

/** The largest relative difference from Keras, and the least signal to noise that 8 bits keep. */
const [most, leastDb] = [1e-4, 30];

/** The same architectures as files of ONNX in onnxruntime-web, and quantized at 8 bits. */
export const onnxPart = architecturePart(
  'onnx',
  'Architectures built in Keras as ONNX files in onnxruntime-web, and quantized at 8 bits',
  measure,
);

async function measure({ name, files, inputs, outputs }: Architecture): Promise<Result> {
  const bytes = await converted(files[0]!);
  const float = await runOnnx(bytes, inputs);
  const { model } = await quantize(onnx(bytes), { registry, bits: 8 });
  const small = await runOnnx(model.bytes, inputs);
  const worst = difference(float, valuesOf(outputs));
  const sqnr = sqnrDb([float], [small]);
  return {
    row: {
      model: name,
      difference: worst,
      bytes: bytes.length,
      'bytes at 8 bits': model.bytes.length,
      'SQNR in dB': sqnr,
    },
    gates: [
      gateAtMost(`difference of ${name} in onnxruntime-web`, worst, most),
      gate(`SQNR of ${name} at 8 bits (dB)`, sqnr, leastDb),
    ],
  };
}

async function converted(file: string): Promise<Uint8Array> {
  const model = await readKeras(await readFile(file));
  try {
    return (await toOnnx(model)).bytes;
  } finally {
    model.close();
  }
}
