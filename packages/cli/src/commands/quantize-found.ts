import { isLowbitError } from '@lowbit/core';

import { reworded } from '../usage/usage-error.js';
import type { QuantizeDocument } from './quantize-document.js';
import { withSource } from '../jobs/with-source.js';
import { quantizeOnnx } from './quantize-onnx.js';
import type { QuantizeRun } from './quantize-run.js';
import { modelFirst } from './model-first.js';
import { quantizeTfjsCommand } from './quantize-tfjs.js';

/** Quantizes a model of any kind and writes the result. */
export async function quantizeFound(given: QuantizeRun): Promise<QuantizeDocument> {
  const run = { ...given, options: withSource(given) };
  return modelFirst(run.model, run.signal, () => quantizeKind(run).catch(ofFile(run.model.file)));
}

/** Tells of the file what ports, which do not know it, tell of themselves. */
const ofFile = (file: string) => (error: unknown) => {
  if (!isLowbitError(error) || error.code !== 'nothing-to-quantize') throw error;
  throw reworded(error, (text) => (ports.includes(text) ? file : text));
};

const ports: readonly string[] = ['onnx', 'tfjs', 'tfjs-graph', 'keras'];

async function quantizeKind(run: QuantizeRun): Promise<QuantizeDocument> {
  switch (run.model.kind) {
    case 'onnx':
      return quantizeOnnx(run);
    case 'tfjs':
      return quantizeTfjsCommand(run);
    case 'keras': {
      const { quantizeKeras } = await import('./quantize-keras.js');
      return quantizeKeras(run);
    }
  }
}
