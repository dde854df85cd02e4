import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npyBytes } from '@lowbit/data';
import { modelPath } from '@lowbit/e2e-real-models';
import { gateAtMost, type Part } from '@lowbit/e2e-real-models/proof';
import { lowbit, secondsOfChildren } from '../command.js';
import { detectorPages } from '../subjects/onnx-subjects.js';

const choices = '2,3,4,8';
/** Cores that the command is given. */
const threads = 2;

/** How long `lowbit measure` takes for all weights of a real network. */
export const speedPart: Part = {
  name: 'speed',
  async measure(tell) {
    const folder = await mkdtemp(join(tmpdir(), 'lowbit-policy-'));
    try {
      const pages = detectorPages();
      const values = Float32Array.from(pages.flatMap(({ inputs }) => Array.from(inputs['x']!.data)));
      const [, ...shape] = pages[0]!.inputs['x']!.shape;
      await writeFile(join(folder, 'pages.npy'), npyBytes([pages.length, ...shape], values));
      tell(`${pages.length} pages of 320 × 320 at ${choices} bits`);
      const [start, before] = [performance.now(), secondsOfChildren()];
      const words = ['measure', modelPath('detector'), '--calibrate', 'pages.npy', '--choices', choices];
      const text = await lowbit([...words, '--jobs', String(threads), '--json'], folder);
      const minutes = (performance.now() - start) / 60_000;
      const perCore = (secondsOfChildren() - before) / 60 / threads;
      const { items } = JSON.parse(text) as { readonly items: readonly unknown[] };
      return {
        name: 'speed',
        title: 'lowbit measure of all weights of the PP-OCRv4 detector, onnxruntime-web on WebAssembly',
        rows: [
          {
            weights: items.length,
            widths: choices,
            pictures: pages.length,
            threads,
            minutes,
            'processor minutes a core': perCore,
          },
        ],
        gates: [gateAtMost('processor minutes a core, of two', perCore, 12)],
        skipped: [],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
