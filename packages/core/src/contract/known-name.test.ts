import { expect, it } from 'vitest';

import { knownName } from './known-name.js';

it.each([
  ['mic left', ['mic_left', 'right'], 'mic_left'],
  ['mic_left', ['mic left', 'right'], 'mic left'],
  ['größe', ['gr__e'], 'gr__e'],
  ['layer__hidden', ['_hidden', 'hidden'], '_hidden'],
  ['constructor', ['layer_constructor'], 'layer_constructor'],
  ['in put', ['in_put', 'in put'], 'in put'],
  ['a/b.c-d', ['a_b.c-d'], undefined],
  ['a b', ['a?b', 'a_b'], undefined],
  ['left', ['mic_left'], undefined],
  ['x', [], undefined],
])('%s is meant among %j', (name, known, found) => {
  expect(knownName(name, known)).toBe(found);
});
