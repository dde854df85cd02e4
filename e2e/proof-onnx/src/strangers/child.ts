// Tries the models that its standard input lists as JSON and writes the outcomes of each as a line of JSON. A process of its own,
// since the memory that onnxruntime-web has taken is never given back.
import { text } from 'node:stream/consumers';
import type { StrangersModel } from './find-models.js';
import { tryModel } from './try-model.js';

for (const model of JSON.parse(await text(process.stdin)) as StrangersModel[])
  process.stdout.write(`${JSON.stringify(await tryModel(model))}\n`);
