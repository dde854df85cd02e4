import { runProof } from '@lowbit/e2e-real-models/proof';
import { integersPart } from './integers/part.js';
import { defaultsPart, limitsPart, peersPart } from './peers/part.js';
import { quantizersPart } from './speed/part.js';
import { structuresPart } from './structures/part.js';

await runProof('lowbit-proof-onnx', [
  structuresPart,
  quantizersPart,
  integersPart,
  peersPart,
  defaultsPart,
  limitsPart,
]);
