import { expect, it } from 'vitest';

import { textTable } from './table.js';

it('aligns columns and makes control characters visible', () => {
  const text = textTable(
    [{ label: 'name' }, { label: 'size', align: 'right' }],
    [
      ['a\u001b[2J', '1 B'],
      ['long name', '100 kB'],
    ],
  );
  expect(text.split('\n')).toEqual(['name         size', 'a\ufffd[2J         1 B', 'long name  100 kB', '']);
});
