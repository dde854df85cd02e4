import { runProof } from '@lowbit/e2e-real-models/proof';
import { architecturesPart } from './architectures/part.js';
import { fixturesPart } from './fixtures/part.js';
import { largePart } from './large/part.js';
import { mutationsPart } from './mutations/part.js';
import { onnxPart } from './onnx/part.js';
import { record } from './record.js';
import { trainingPart } from './training/part.js';
import { upscalerPart } from './upscaler/part.js';

const parts = [
  fixturesPart,
  architecturesPart,
  onnxPart,
  upscalerPart,
  trainingPart,
  largePart,
  mutationsPart,
];

const proof = await runProof('lowbit-proof-keras', parts);
if (process.argv.includes('--record')) await record(proof);
