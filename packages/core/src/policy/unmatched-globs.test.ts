import { expect, test } from 'vitest';
import { memoryPort } from '../../test/memory-port.js';
import type { BitAssignment, BitwidthPolicy } from '../contract/policy.js';
import { assignBits } from './assign-bits.js';
import { cascade } from './cascade.js';
import { byName, byOp, ends, everywhere } from './policies.js';

const matrix = { shape: [2, 2], values: new Float32Array(4) };
const layers = await memoryPort({ query: matrix, key: matrix }).layers();
const draft: BitAssignment[] = ['query', 'key'].map((id) => ({ id, bits: 8, reason: 'default' }));

test.each<[string, BitwidthPolicy, string]>([
  ['byName', byName({ query: 4, kye: 4 }), 'Did you mean key?'],
  ['byOp', byOp({ Denze: 4 }), 'Did you mean Dense?'],
  ['byName', cascade(everywhere(4), byName({ 'decoder*': 8 })), 'Inspect the model to see the names'],
])('%s with a key that fits nothing in the model is an error', (where, policy, remedy) => {
  const error = { code: 'invalid-argument', where, remedy: expect.stringContaining(remedy) as string };
  expect(() => assignBits(policy, draft, layers)).toThrowError(expect.objectContaining(error));
  expect(assignBits(policy, [], [])).toEqual([]);
});

test('keys that fit give their bits', () => {
  const bits = assignBits(cascade(byOp({ Dense: 2 }), byName({ 'layer-k*': 4 })), draft, layers);
  expect(bits.map((entry) => entry.bits)).toEqual([2, 4]);
});

test.each<[string, () => BitwidthPolicy]>([
  ['byName', () => byName('key' as never, 8 as never)],
  ["byName: 'key'", () => byName({ key: '4' } as never)],
  ['byOp', () => byOp(['Dense'] as never)],
  ['everywhere', () => everywhere('4' as never)],
  ['ends', () => ends(undefined as never)],
])('%s with something else than bits is an error', (where, make) => {
  expect(make).toThrowError(expect.objectContaining({ code: 'invalid-argument', where }));
});

test.each([byOp, byName])('bits in a Map are refused: they would do nothing', (policy) => {
  expect(() => policy(new Map([['Dense', 4]]) as never)).toThrowError(
    expect.objectContaining({ code: 'invalid-argument' }),
  );
});
