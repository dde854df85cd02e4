import { describe, expect, it } from 'vitest';
import { buildGraph, buildModel, counting } from '../../test/helpers/build-model.js';
import { caught } from '../../test/helpers/caught.js';
import { makeNode } from '../graph/make-node.js';
import type { GraphProto } from '../schema/proto.js';
import { checkGraph } from './check-graph.js';

const relu = (input: string, output: string) =>
  makeNode({ op: 'Relu', name: output, inputs: [input], outputs: [output] });
const branch = (graph: GraphProto, output = 'y') =>
  makeNode({
    op: 'If',
    name: `if ${output}`,
    inputs: ['x'],
    outputs: [output],
    attributes: { then_branch: { graph }, else_branch: { graph } },
  });
const x = { inputs: { x: [1] } };
const fails = (parts: Parameters<typeof buildModel>[0]) => caught(() => buildModel(parts));

describe('checkGraph', () => {
  it('accepts nodes in any order and sorts them', () => {
    const { proto } = buildModel({
      ...x,
      nodes: [relu('b', 'c'), relu('a', 'b'), relu('x', 'a')],
      outputs: { c: [1] },
    });
    const order = checkGraph(proto, 'm').get(proto.graph as GraphProto);
    expect(order?.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps an order that is right already', () => {
    const nodes = [relu('x', 'a'), relu('a', 'b'), relu('x', 'c'), relu('b', 'd')];
    const { proto } = buildModel({ ...x, nodes, outputs: { d: [1], c: [1] } });
    expect(checkGraph(proto, 'm').get(proto.graph as GraphProto)).toBe(proto.graph?.node);
  });

  it('sees values of the graphs around a branch, and waits for them', () => {
    const inner = buildGraph({ nodes: [relu('late', 'inside')], outputs: { inside: [1] } });
    const { proto } = buildModel({ ...x, nodes: [branch(inner), relu('x', 'late')], outputs: { y: [1] } });
    const order = checkGraph(proto, 'm').get(proto.graph as GraphProto);
    expect(order?.map(({ name }) => name)).toEqual(['late', 'if y']);
  });

  it('allows a branch to hide a name and to give an outer value back', () => {
    const hiding = buildGraph({ nodes: [relu('x', 'late')], outputs: { late: [1] } });
    const giving = buildGraph({ nodes: [], outputs: { x: [1] } });
    const nodes = [relu('x', 'late'), branch(hiding), branch(giving, 'z')];
    expect(() => buildModel({ ...x, nodes, outputs: { y: [1], z: [1] } })).not.toThrow();
  });

  it('lets an initializer give an input its default', () => {
    expect(() =>
      buildModel({
        nodes: [relu('w', 'y')],
        initializers: [counting('w', [1])],
        inputs: { w: [1] },
        outputs: { y: [1] },
      }),
    ).not.toThrow();
  });

  it.each([
    ['a value that nothing defines', { ...x, nodes: [relu('ghost', 'y')], outputs: { y: [1] } }, 'ghost'],
    ['an output that nothing defines', { ...x, nodes: [relu('x', 'y')], outputs: { ghost: [1] } }, 'ghost'],
    ['a value defined twice', { ...x, nodes: [relu('x', 'y'), relu('x', 'y')], outputs: { y: [1] } }, '"y"'],
    ['a node that defines an input', { ...x, nodes: [relu('x', 'x')], outputs: { x: [1] } }, '"x"'],
    [
      'an initializer that a node defines too',
      { ...x, nodes: [relu('x', 'y')], initializers: [counting('y', [1])], outputs: { y: [1] } },
      '"y"',
    ],
    [
      'a value of another branch',
      {
        ...x,
        nodes: [branch(buildGraph({ nodes: [relu('ghost', 'i')], outputs: { i: [1] } }))],
        outputs: { y: [1] },
      },
      'ghost',
    ],
  ])('refuses %s', (_, parts, word) => {
    const error = fails(parts as Parameters<typeof buildModel>[0]);
    expect(error.code).toBe('graph-invalid');
    expect(error.message).toContain(word);
  });

  it('names the nodes of a cycle and not those behind it', () => {
    const nodes = [relu('c', 'a'), relu('a', 'b'), relu('b', 'c'), relu('c', 'y')];
    const error = fails({ ...x, nodes, outputs: { y: [1] } });
    expect(error.code).toBe('graph-cyclic');
    expect(error.received).toMatch(/cycle of ("a" → "b" → "c"|"b" → "c" → "a"|"c" → "a" → "b")$/);
  });

  it('finds a cycle through a branch', () => {
    const inner = buildGraph({ nodes: [relu('y', 'inside')], outputs: { inside: [1] } });
    expect(fails({ ...x, nodes: [branch(inner)], outputs: { y: [1] } }).code).toBe('graph-cyclic');
  });
});
