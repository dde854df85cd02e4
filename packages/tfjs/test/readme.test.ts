import { readFileSync } from 'node:fs';
import { layerFamilies } from '@lowbit/tfjs-format';
import { expect, test } from 'vitest';

test('the README names every class whose weights are quantized', () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, list = ''] = /^- \*\*Quantized\*\*: ([^]*?)\n- /m.exec(page) ?? [];
  const names = Object.keys(layerFamilies).filter((name) => !/^Lowbit|Transpose$|Cell$/.test(name));
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(list))).toEqual([]);
  expect(list).toContain('transposed forms');
  expect(list).toContain('cells');
});
