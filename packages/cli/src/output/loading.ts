import { dirname, relative } from 'node:path';

import type { OnnxSessionOptions } from '@lowbit/onnx';
import { sessionLine } from '@lowbit/report/text';

import { standardStream } from '../files/standard-streams.js';

/** How onnxruntime-web loads a model, as code that runs where the command ran. */
export function onnxLoading(
  file: string,
  dataFiles: readonly string[],
  options: OnnxSessionOptions = {},
): string {
  const slashes = (path: string) => path.replaceAll('\\', '/');
  const beside = dataFiles.map((data) => ({
    path: slashes(relative(dirname(file), data)),
    data: slashes(data),
  }));
  const needed = JSON.parse(sessionLine(options) ?? '{}') as object;
  const all = { ...needed, ...(beside.length === 0 ? {} : { externalData: beside }) };
  const name = file === standardStream ? 'FILE' : slashes(file);
  const words = Object.keys(all).length === 0 ? '' : `, ${JSON.stringify(all)}`;
  return `const session = await ort.InferenceSession.create(${JSON.stringify(name)}${words});`;
}

/** How a model of TensorFlow.js is loaded, as code. */
export function tfjsLoading(file: string, isGraph: boolean, isPlain: boolean): string {
  const own = isGraph ? 'loadGraph' : 'load';
  const name = isPlain ? `tf.load${isGraph ? 'Graph' : 'Layers'}Model` : own;
  const from = isPlain ? '@tensorflow/tfjs' : isGraph ? '@lowbit/tfjs/graph' : '@lowbit/tfjs';
  return `const model = await ${name}(${JSON.stringify(file)}); // from ${from}`;
}
