import { expect, test } from 'vitest';
import { makeNode } from './make-node.js';
import { nodeList, type NodeList } from './node-list.js';

const node = (name: string) => makeNode({ op: 'Relu', name, inputs: ['x'], outputs: [name] });
const a = node('a');
const b = node('b');
const c = node('c');
const d = node('d');
const names = (list: NodeList) => list.all().map(({ name }) => name);

test('nodes are removed, replaced, and put around one that stays', () => {
  const list = nodeList([a, b]);
  list.replace(a, []);
  list.replace(b, [c, b, d]);
  expect(names(list)).toEqual(['c', 'b', 'd']);
});

test('what replaces a node may be replaced too, and put back', () => {
  const list = nodeList([a, b]);
  list.replace(a, [c]);
  list.replace(c, [d, c]);
  list.replace(c, [a]);
  list.replace(b, [b, c]);
  list.replace(b, []);
  expect(names(list)).toEqual(['d', 'a', 'c']);
});
