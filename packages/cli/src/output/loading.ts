import { dirname, relative, sep } from 'node:path';

import type { OnnxSessionOptions } from '@lowbit/onnx';
import { sessionLine } from '@lowbit/report/text';

import { standardStream } from '../files/standard-streams.js';

/** How onnxruntime-web loads a model, as code that runs in the folder of the command. */
export function onnxLoading(
  file: string,
  dataFiles: readonly string[],
  options: OnnxSessionOptions = {},
): string {
  const beside = dataFiles.map((data) => ({
    path: withSlashes(relative(dirname(file), data)),
    data: withSlashes(data),
  }));
  const needed = JSON.parse(sessionLine(options) ?? '{}') as object;
  const all = { ...needed, ...(beside.length === 0 ? {} : { externalData: beside }) };
  const name = file === standardStream ? 'FILE' : withSlashes(file);
  const words = Object.keys(all).length === 0 ? '' : `, ${JSON.stringify(all)}`;
  return `const session = await ort.InferenceSession.create(${JSON.stringify(name)}${words});`;
}

const withSlashes = (path: string): string => path.split(sep).join('/');

/** How a model of TensorFlow.js is loaded, as code: from where a page is served, or in Node from the folder of the command. */
export function tfjsLoading(file: string, isGraph: boolean, isPlain: boolean): string {
  const own = isGraph ? 'loadGraph' : 'load';
  const name = isPlain ? `tf.load${isGraph ? 'Graph' : 'Layers'}Model` : own;
  const from = isPlain ? '@tensorflow/tfjs' : isGraph ? '@lowbit/tfjs/graph' : '@lowbit/tfjs';
  const inNode = `in Node ${JSON.stringify(`file://${withSlashes(file)}`)} after registerFileSystem() of @lowbit/tfjs/node`;
  return `const model = await ${name}(${JSON.stringify(withSlashes(file))}); // from ${from}; ${inNode}`;
}
