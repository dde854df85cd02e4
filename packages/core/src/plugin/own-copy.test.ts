import { expect, test } from 'vitest';
import { ownCopy } from './own-copy.js';

test('plain data is copied through, whatever else is passed on', () => {
  class Own {
    readonly own = 1;
  }
  const [read, other] = [() => 1, new Own()];
  const data = { list: [{ a: 1 }], map: new Map([['b', Float32Array.of(2)]]), read, other, none: null };
  const copy = ownCopy(data);
  expect(copy).toEqual(data);
  copy.list[0]!.a = 9;
  copy.map.get('b')![0] = 9;
  expect([data.list[0]!.a, data.map.get('b')![0]]).toEqual([1, 2]);
  expect([copy.read, copy.other]).toEqual([read, other]);
});
