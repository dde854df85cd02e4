import { gate, type Part } from '@lowbit/e2e-real-models/proof';
import { attentionModel } from './attention-model.js';
import { embeddingModel } from './embedding-model.js';
import { externalModel } from './external-model.js';
import { float16Model } from './float16-model.js';
import { measureMade, type MadeResult } from './measure-made.js';
import { nestedModel } from './nested-model.js';
import { sharedModel } from './shared-model.js';

const models = [float16Model, embeddingModel, attentionModel, nestedModel, sharedModel, externalModel];

/** Signal to noise that normal weights keep at a width, less what a few layers in a row add. */
const leastSqnr = { 8: 40, 4: 17 } as const;

/** Models with what real exporters write, made by scripts, quantized, run and compared. */
export const structuresPart: Part = {
  name: 'structures',
  async measure(tell) {
    const results: MadeResult[] = [];
    for (const make of models) {
      const made = make();
      for (const bits of [8, 4] as const) {
        tell(`${made.name} at ${bits} bits`);
        results.push(await measureMade(made, bits));
      }
    }
    return {
      name: 'structures',
      title: 'What exporters write, quantized and run in onnxruntime-web',
      rows: results.map((result) => ({ ...result })),
      gates: results.flatMap(({ model, bits, sqnrDb, bytes, floatBytes }) => [
        gate(`SQNR of ${model} at ${bits} bits (dB)`, sqnrDb, leastSqnr[bits as 4 | 8]),
        gate(`float bytes of ${model} over those at ${bits} bits`, floatBytes / bytes, 1.3),
      ]),
      skipped: [],
    };
  },
};
