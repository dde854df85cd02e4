import { expect, it } from 'vitest';
import { memoryPort } from '../../test/memory-port.js';
import type { BitAssignment, BitwidthPolicy, LayerDescriptor } from '../index.js';
import { assignBits } from '../method.js';
import { atLeast, byName, byOp, byShape, cascade, ends, everywhere, float } from '../policy.js';

const matrix = (rows: number, columns: number) => ({
  shape: [rows, columns],
  values: new Float32Array(rows * columns),
});
const layers = await memoryPort({ small: matrix(2, 3), deep: matrix(4, 9), large: matrix(40, 50) }).layers();
const draft = ['small', 'deep', 'large'].map((id): BitAssignment => ({ id, bits: 8, reason: 'default' }));
const bitsOf = (policy: BitwidthPolicy) => assignBits(policy, draft, layers).map(({ bits }) => bits);

it('bits by shape: by values, by what an output reads, by axes; the last rule wins', () => {
  expect(bitsOf(byShape({ leastValues: 1000, bits: 3 }))).toEqual([8, 8, 3]);
  expect(bitsOf(byShape({ mostValues: 36, bits: 6 }, { mostInputs: 3, bits: 'float' }))).toEqual([
    'float',
    6,
    8,
  ]);
  expect(bitsOf(byShape({ rank: 2, leastInputs: 9, bits: 4 }))).toEqual([8, 4, 4]);
  expect(bitsOf(byShape({ rank: 4, bits: 2 }))).toEqual([8, 8, 8]);
});

it('raises to a least number of bits, by name or everywhere, and says so to budgets', () => {
  const two = everywhere(2);
  expect(bitsOf(cascade(two, atLeast(4)))).toEqual([4, 4, 4]);
  expect(bitsOf(cascade(two, atLeast(4, 'de*', 'layer-large')))).toEqual([2, 4, 4]);
  expect(bitsOf(cascade(float('small'), atLeast(4)))).toEqual(['float', 8, 8]);
  const [entry] = assignBits(cascade(atLeast(6), atLeast(3)), draft, layers);
  expect(entry).toMatchObject({ bits: 8, least: 6 });
});

it('leaves weights float by name', () => {
  expect(bitsOf(float('small', 'layer-d*'))).toEqual(['float', 'float', 8]);
  expect(() => bitsOf(float('smal'))).toThrow('smal. Did you mean small?');
});

it('decides about activation sites as about weights', () => {
  const sites: readonly LayerDescriptor[] = layers.map((layer) => ({
    ...layer,
    sites: [{ id: `site-${layer.id}`, tensor: layer.id, side: 'input' }],
  }));
  const ids = layers.map(({ id }): BitAssignment => ({ id: `site-${id}`, bits: 8, reason: 'default' }));
  const policy = cascade(
    everywhere(6),
    byOp({ Dense: 5 }),
    ends(8),
    byName({ 'layer-deep': 4 }),
    float('*large'),
  );
  expect(assignBits(policy, ids, sites).map(({ bits }) => bits)).toEqual([8, 4, 'float']);
});
