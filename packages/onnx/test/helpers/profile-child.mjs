/** Runs a model with profiling on; the runtime prints the profile. Arguments: model file, JSON of input shapes, JSON of session options. */
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';

const [, , model, shapes, options] = process.argv;
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(model)), {
  ...JSON.parse(options),
  enableProfiling: true,
  logSeverityLevel: 4,
});
const feeds = Object.fromEntries(
  Object.entries(JSON.parse(shapes)).map(([name, dims]) => {
    const count = dims.reduce((product, size) => product * size, 1);
    return [name, new ort.Tensor('float32', new Float32Array(count), dims)];
  }),
);
await session.run(feeds);
session.endProfiling();
