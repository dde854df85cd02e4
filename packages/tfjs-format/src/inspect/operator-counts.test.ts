import { expect, it } from 'vitest';

import { operatorCounts } from './operator-counts.js';

const layer = (class_name: string, config: unknown = {}) => ({ class_name, config });
const counts = (modelTopology: Record<string, unknown>) =>
  operatorCounts({ modelTopology, weightsManifest: [] }).map(({ op, count }) => `${count} ${op}`);

it('opens nested models and wrappers, and counts them too', () => {
  const nested = layer('Functional', { layers: [layer('Dense'), layer('ReLU')] });
  const wrapper = layer('TimeDistributed', { layer: layer('Dense') });
  expect(counts(layer('Sequential', { layers: [nested, wrapper, layer('Dense')] }))).toEqual([
    '3 Dense',
    '1 Functional',
    '1 ReLU',
    '1 TimeDistributed',
  ]);
});

it('knows what Keras writes: the model inside, and the layers of a Sequential as its configuration', () => {
  expect(counts({ model_config: layer('Sequential', [layer('Dense'), layer('Dense')]) })).toEqual([
    '2 Dense',
  ]);
});

it('counts the operations of a graph, and bears nonsense', () => {
  expect(counts({ node: [{ op: 'Const' }, { op: 'MatMul' }, { op: 'Const' }, 7] })).toEqual([
    '2 Const',
    '1 ?',
    '1 MatMul',
  ]);
  expect(counts({ class_name: 3, config: { layers: [null] } })).toEqual(['1 ?']);
});
