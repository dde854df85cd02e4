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
