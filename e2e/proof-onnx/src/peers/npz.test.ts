import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpz, writeNpz } from './npz.js';

it('reads back what it writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-npz-'));
  const batch = {
    inputs: {
      x: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      'a longer name': { shape: [1], data: Float32Array.of(-0.5) },
    },
  };
  try {
    const path = join(folder, 'batch.npz');
    writeNpz(path, batch);
    expect(readNpz(path)).toEqual(batch);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
