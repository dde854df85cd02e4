import { runProof } from '@lowbit/e2e-real-models/proof';
import { equalBytesPart } from './effects/equal-bytes.js';
import { rankingPart } from './effects/ranking.js';
import { queuePart } from './queue/part.js';
import { record } from './record.js';
import { samePart } from './same/part.js';
import { solverPart } from './solver/part.js';
import { speedPart } from './speed/part.js';
import { targetsPart } from './targets/part.js';
import { trainingPart } from './training/part.js';

const proof = await runProof('lowbit-proof-policy', [
  solverPart,
  samePart,
  queuePart,
  equalBytesPart,
  rankingPart,
  targetsPart,
  speedPart,
  trainingPart,
]);
if (process.argv.includes('--record')) record(proof);
process.exit();
