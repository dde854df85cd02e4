import { expect, test } from 'vitest';
import { createGraph, createNode } from '../schema/proto.js';
import { makeNode } from './make-node.js';
import { freePrefix } from './names.js';

const graphWith = (...names: string[]) => createGraph({ node: [createNode({ output: names })] });

test('the prefix is q when nothing looks like its names', () => {
  expect(freePrefix([graphWith('quality', 'q', 'xq0')], 'q')).toBe('q');
});

test('it evades names that do, in subgraphs too', () => {
  const attributes = { then_branch: { graph: graphWith('q_.codes') } };
  const node = makeNode({ op: 'If', inputs: ['q12'], outputs: ['y'], attributes });
  expect(freePrefix([createGraph({ node: [node] })], 'q')).toBe('q__');
});

test('it evades names of nodes too', () => {
  const node = createNode({ name: 'q3.codes', output: ['y'] });
  expect(freePrefix([createGraph({ node: [node] })], 'q')).toBe('q_');
});
