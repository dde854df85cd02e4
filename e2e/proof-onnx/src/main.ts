import { runProof } from '@lowbit/e2e-real-models/proof';
import { forecastPart } from './forecast/part.js';
import { integersPart } from './integers/part.js';
import { defaultsPart, limitsPart, peersPart } from './peers/part.js';
import { quantizersPart } from './speed/part.js';
import { structuresPart } from './structures/part.js';

await runProof('lowbit-proof-onnx', [
  structuresPart,
  quantizersPart,
  forecastPart,
  integersPart,
  peersPart,
  defaultsPart,
  limitsPart,
]);
