import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder } from '../src/data/fashion-mnist.js';
import { prove } from '../src/proof.js';
import { proofText } from '../src/text.js';

/** A guard against hanging: three minutes on two quiet cores, and machines are not always quiet. */
const timeout = 120 * 60_000;

test.skipIf(dataFolder() === undefined)(
  'training on a few pictures of Fashion-MNIST keeps every order',
  { timeout },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lowbit-proof-'));
    try {
      const proof = await prove({ isShort: true, resumes: false, folder, show: () => undefined });
      expect(proof.backend).toBe('wasm');
      expect(proof.claims.length).toBe(4);
      expect(proof.missed, proofText(proof)).toEqual([]);
      // Ten classes: the networks have learned much more than to guess.
      for (const { name, accuracy } of proof.quantized) expect(accuracy, name).toBeGreaterThan(60);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
