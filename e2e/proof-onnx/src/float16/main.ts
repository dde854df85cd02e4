import { runProof } from '@lowbit/e2e-real-models/proof';
import { halfStrangersPart } from '../strangers/part.js';
import { madePart } from './made-part.js';
import { netsPart } from './nets-part.js';
import { webgpuPart } from './webgpu-part.js';

await runProof('lowbit-proof-float16', [netsPart, madePart, halfStrangersPart, webgpuPart]);
process.exit();
