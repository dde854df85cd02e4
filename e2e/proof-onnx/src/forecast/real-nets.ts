import { readModel } from '@lowbit/e2e-real-models';
import type { TimedNet } from './made-nets.js';

/** Networks that npm packages carry. */
export const realNets = async (): Promise<readonly TimedNet[]> => [
  { name: 'PP-OCRv4 detector', bytes: await readModel('detector'), shape: [1, 3, 256, 256] },
  { name: 'PP-OCRv4 recognizer', bytes: await readModel('recognizer'), shape: [1, 3, 48, 320] },
];
