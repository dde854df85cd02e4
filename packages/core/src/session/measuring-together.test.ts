import { expect, test } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { chain, samples } from '../../test/running-memory-port.js';
import { registry } from '../index.js';
import { measureChoices } from '../policy.js';

const recipe = { registry: registry([coarse()]) };
const choices = [
  { w0: '4', w1: '4', w2: '8' },
  { w0: '4', w1: '2', w2: '8' },
  { w0: '2', w1: '4' },
  { w0: '4', w1: '4', w2: '4' },
];

test('choices are measured the same one after the other and each alone, and only what changes is read again', async () => {
  const reads: string[] = [];
  const { port } = chain();
  const layers = (await port.layers()).map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => ({
      ...weight,
      read: () => {
        reads.push(weight.id);
        return weight.read();
      },
    })),
  }));
  const watched = { ...port, layers: () => Promise.resolve(layers) };
  const data = [samples(64)];
  const { joint } = await measureChoices(watched, data, [2, 4, 8], choices, { recipe });
  expect(reads).toEqual(['w0', 'w1', 'w2', 'w1', 'w0', 'w1', 'w0', 'w2']);
  for (const [i, choice] of choices.entries()) {
    const alone = await measureChoices(chain().port, data, [2, 4, 8], [choice], { recipe });
    expect(joint[i]).toEqual(alone.joint[0]);
  }
});
