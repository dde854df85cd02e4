import { expect, test } from 'vitest';
import { graphLinks } from './graph-links.js';
import { makeNode } from './make-node.js';

const square = makeNode({ op: 'Mul', inputs: ['x', 'x'], outputs: ['y'] });
const relu = makeNode({ op: 'Relu', inputs: ['y'], outputs: ['z'] });

test('users are counted once for each input, and follow changes', () => {
  const links = graphLinks([square, relu]);
  expect(links.users('x')).toEqual([square, square]);
  expect([links.soleUser('x'), links.soleUser('y')]).toEqual([undefined, relu]);
  expect([links.producer('y'), links.producer('x')]).toEqual([square, undefined]);
  links.change(relu, () => (relu.input[0] = 'x'));
  expect([links.isUsed('y'), links.users('x')]).toEqual([false, [square, square, relu]]);
  links.remove(square);
  expect([links.soleUser('x'), [...links.produced()]]).toEqual([relu, ['z']]);
});
