import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { partMemory, sharedFile, suppliedBytes, supply } from './file-bytes.js';

it('supplied parts are the file, wherever they lie, and small ones that lie close together come at once', () => {
  const file = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
  const shared = sharedFile(file.length)!;
  const asked: number[] = [];
  const bytes = suppliedBytes(shared, ({ at, count }) => {
    asked.push(count);
    partMemory(shared, count).set(file.subarray(at, at + count));
    supply(shared);
  });
  const read = (at: number, count: number) => {
    const into = new Uint8Array(count);
    bytes.read(into, at);
    expect(Buffer.compare(into, file.subarray(at, at + count))).toBe(0);
  };
  for (let at = 0; at < 60_000; at += 100) read(at, 100);
  expect(asked).toHaveLength(1);
  read(1234, file.length - 1234);
  expect(Math.max(...asked)).toBeLessThanOrEqual(2 ** 21);
  const place = fc.tuple(fc.nat(file.length), fc.oneof(fc.nat(600), fc.nat(2_500_000)));
  fc.assert(
    fc.property(place, ([at, count]) => read(at, Math.min(count, file.length - at))),
    { numRuns: 200, seed: 4 },
  );
});

/** A thread that supplies parts of ones, and before that notifies, as the supplier of an earlier part does that was held up before it came to it. */
const lateSupplier = `
  const { parentPort, workerData: { memory } } = require('node:worker_threads');
  const state = new Int32Array(memory, 0, 1);
  parentPort.on('message', ({ count }) => {
    const end = Date.now() + 200;
    while (Date.now() < end) Atomics.notify(state, 0);
    new Uint8Array(memory, 4, count).fill(1);
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  });
  parentPort.postMessage('started');
`;

it('a part is taken when it is there, not when the notification of an earlier one comes', async () => {
  const shared = sharedFile(1000)!;
  const supplier = new Worker(lateSupplier, { eval: true, workerData: shared });
  await once(supplier, 'message');
  const into = new Uint8Array(1000);
  suppliedBytes(shared, (part) => supplier.postMessage(part)).read(into, 0);
  await supplier.terminate();
  expect(into.every((byte) => byte === 1)).toBe(true);
});
