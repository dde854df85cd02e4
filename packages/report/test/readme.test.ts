import { readFileSync } from 'node:fs';

import { expect, test, vi } from 'vitest';

const example = new URL('../examples/compare-models.mjs', import.meta.url);

test('the example of the README is the file, and runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(readFileSync(example, 'utf8'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(example.href);
  const lines = log.mock.calls.map(([line]) => line as string);
  log.mockRestore();
  expect(lines).toEqual(['40.0 dB, at most 0.04', '2 of 2 have the same best class']);
});
