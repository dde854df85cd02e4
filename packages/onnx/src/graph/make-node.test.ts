import { expect, it } from 'vitest';
import { AttributeType, DataType } from '../schema/proto.js';
import { makeTensor } from './make-tensor.js';
import { makeNode } from './make-node.js';

it('makes a node with attributes of every kind', () => {
  const tensor = makeTensor('t', DataType.INT8, [1], [1]);
  const node = makeNode({
    op: 'Op',
    domain: 'com.microsoft',
    name: 'n',
    inputs: ['a', '', 'b'],
    outputs: ['c'],
    attributes: {
      axis: -1,
      axes: [0, 2],
      mode: 'größe',
      alpha: { float: 0.5 },
      scales: { floats: [1, 2] },
      names: { strings: ['x'] },
      value: { tensor },
    },
  });
  expect([node.opType, node.domain, node.name, node.input, node.output]).toEqual([
    'Op',
    'com.microsoft',
    'n',
    ['a', '', 'b'],
    ['c'],
  ]);
  expect(node.attribute.map(({ name, type }) => [name, type])).toEqual([
    ['axis', AttributeType.INT],
    ['axes', AttributeType.INTS],
    ['mode', AttributeType.STRING],
    ['alpha', AttributeType.FLOAT],
    ['scales', AttributeType.FLOATS],
    ['names', AttributeType.STRINGS],
    ['value', AttributeType.TENSOR],
  ]);
  const [axis, axes, mode, alpha, scales, , value] = node.attribute;
  expect([axis?.i, axes?.ints, Buffer.from(mode?.s ?? []).toString(), alpha?.f, scales?.floats]).toEqual([
    -1n,
    [0n, 2n],
    'größe',
    0.5,
    [1, 2],
  ]);
  expect(value?.t).toBe(tensor);
});

it('leaves out what is not given', () => {
  const node = makeNode({ op: 'Relu', inputs: ['x'], outputs: ['y'] });
  expect([Object.hasOwn(node, 'name'), Object.hasOwn(node, 'domain'), node.attribute]).toEqual([
    false,
    false,
    [],
  ]);
});
