import type { RunOutputs } from '@lowbit/onnx';
import { expect, it } from 'vitest';
import type { Session } from '../session.js';
import { compareRuns } from './compare-runs.js';

const scores = { name: 'scores', type: 'float32', shape: [1, 2] };

async function* run(rows: readonly (readonly number[])[], onEnd = () => {}): AsyncGenerator<RunOutputs> {
  try {
    for (const row of rows) yield { scores: { shape: [1, 2], data: Float32Array.from(row) } };
  } finally {
    onEnd();
  }
}

const session = (signal = new AbortController().signal): Session => ({ signal, onProgress: () => {} });

it('compares batch by batch', async () => {
  const first = run([
    [3, 4],
    [1, 0],
  ]);
  const second = run([
    [3, 4],
    [0, 1],
  ]);
  const { batches, overall, outputs } = await compareRuns(first, second, [scores], 2, session());
  expect(batches).toBe(2);
  // Signal 9 + 16 + 1, noise 1 + 1.
  expect(overall.sqnrDb).toBeCloseTo(10 * Math.log10(26 / 2));
  expect(outputs[0]).toMatchObject({ name: 'scores', largestError: 1, top1: { rows: 2, same: 1 } });
});

it('ends both runs when it is cancelled', async () => {
  const controller = new AbortController();
  controller.abort();
  let ended = 0;
  const rows = () =>
    run(
      [
        [1, 2],
        [3, 4],
      ],
      () => ended++,
    );
  await expect(compareRuns(rows(), rows(), [scores], 2, session(controller.signal))).rejects.toMatchObject({
    code: 'aborted',
  });
  expect(ended).toBe(2);
});
