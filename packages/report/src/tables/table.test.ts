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

it('is laid out alike whether or not characters have to be measured', () => {
  const rows = [
    ['a', '1 × 2', ''],
    ['', '100 kB', 'two  spaces '],
    ['long name', '', 'x'],
  ];
  const columns = [{ label: 'name' }, { label: 'size', align: 'right' }, { label: 'of what' }] as const;
  for (const given of [rows, []]) {
    const plain = textTable(columns, given).split('\n');
    const measured = textTable(
      [...columns, { label: '\u{e9}' }],
      given.map((row) => [...row, '\u{e9}']),
    ).split('\n');
    expect(measured.map((line) => line.replace(/ *\u{e9}$/u, ''))).toEqual(plain);
    expect(new Set(measured.slice(0, -1).map((line) => line.length)).size).toBe(1);
  }
});
