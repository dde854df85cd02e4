import { runProof } from '@lowbit/e2e-real-models/proof';
import { strangersPart } from './part.js';

await runProof('lowbit-proof-strangers', [strangersPart]);
