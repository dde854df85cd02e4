import { runProof } from '@lowbit/e2e-real-models/proof';
import { loadingPart } from './loading-part.js';
import { pythonPart } from './python-part.js';

await runProof('lowbit-proof-transformers', [loadingPart, pythonPart]);
process.exit();
