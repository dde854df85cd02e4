import { runProof } from '@lowbit/e2e-real-models/proof';
import { blocksPart } from './blocks/part.js';
import { costPart, speedPart } from './cost/part.js';
import { detectorPart, mobileNetPart, recognizerPart, sileroPart } from './parts.js';

await runProof('lowbit-proof-rounding', [
  sileroPart,
  recognizerPart,
  detectorPart,
  mobileNetPart,
  blocksPart,
  costPart,
  speedPart,
]);
