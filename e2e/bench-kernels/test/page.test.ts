import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, openPage, type OpenPage } from '../src/chromium/open-page.js';
import type { PageFacts } from '../src/page/facts.js';
import type { Row } from '../src/row.js';
import type { Work } from '../src/work.js';

const works: readonly Work[] = [
  { kind: 'conv', name: 'conv', size: 5, channels: 20 },
  { kind: 'product', name: 'product', rows: 3, size: 36 },
];

describe.skipIf(!hasChromium).each([false, true])('in Chromium, cross-origin isolated: %s', (isIsolated) => {
  let open: OpenPage;
  // LiteRT.js is installed by the command alone.
  beforeAll(async () => void (open = await openPage(isIsolated, false)));
  afterAll(() => open?.close());

  it('the kernels compute in the memory of TensorFlow.js what those in TypeScript give', async () => {
    const facts = await open.page.evaluate<PageFacts>('bench.start(false)');
    expect(facts).toMatchObject({ isIsolated, sharesMemory: true });
    for (const work of works) {
      const row = await open.page.evaluate<Row>(`bench.row(${JSON.stringify(work)}, 1)`);
      const own = row.results.filter(({ name }) => name.includes('×'));
      expect(own.length).toBeGreaterThan(8);
      expect(own.filter(({ isExact }) => !isExact)).toEqual([]);
      const eight = row.results.filter(({ name }) => name.startsWith('8 × 8') || name.endsWith('int8'));
      // Integers of 8 bits are about 40 dB from floats.
      for (const { signal } of eight) expect(signal).toBeGreaterThan(30);
    }
  });
});
