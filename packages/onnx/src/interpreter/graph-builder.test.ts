import { expect, test } from 'vitest';
import { DataType } from '../schema/proto.js';
import { graphBuilder } from './graph-builder.js';
import { floatValue, maskValue } from './graph-value.js';

function builderOn(added: string[]) {
  const graph = {
    newName: (near: string) => near,
    addConstant(near: string) {
      added.push(near);
      return near;
    },
  };
  return graphBuilder(graph, 13, 'a');
}

test('equal constants are stored once; type, shape and the sign of 0 tell them apart', () => {
  const added: string[] = [];
  const { constant } = builderOn(added);
  const first = constant(DataType.FLOAT, [1], [0]);
  expect(constant(DataType.FLOAT, [1], Float32Array.of(0))).toBe(first);
  expect(constant(DataType.FLOAT, [1], [-0])).not.toBe(first);
  expect(constant(DataType.FLOAT, [], [0])).not.toBe(first);
  expect(constant(DataType.INT64, [1], [0])).not.toBe(first);
  expect(added).toHaveLength(4);
});

test('nodes that compute the same are added once', () => {
  const { node, take } = builderOn([]);
  const sum = node('ReduceSum', ['x'], { axes: [1] });
  expect(node('ReduceSum', ['x'], { axes: [1] })).toBe(sum);
  const others = [node('ReduceSum', ['x'], { axes: [0] }), node('ReduceSum', ['y'], { axes: [1] })];
  expect(new Set([sum, ...others]).size).toBe(3);
  expect(take()).toHaveLength(3);
});

test('gives the nodes that were added since they were last taken', () => {
  const builder = builderOn([]);
  const sum = builder.node('Add', ['x', 'y']);
  expect(builder.take()).toMatchObject([{ opType: 'Add', input: ['x', 'y'], output: [sum] }]);
  expect(builder.take()).toEqual([]);
});

test('a value is cast when its other type is asked for, once', () => {
  const builder = builderOn([]);
  const [floats, mask] = [floatValue(builder, 'x'), maskValue(builder, 'm')];
  expect([floats.floats(), mask.booleans()]).toEqual(['x', 'm']);
  expect(builder.take()).toEqual([]);
  expect(floats.booleans()).toBe(floats.booleans());
  expect(mask.floats()).toBe(mask.floats());
  const casts = builder.take().map(({ opType, attribute }) => [opType, Number(attribute[0]?.i)]);
  expect(casts).toEqual([
    ['Cast', DataType.BOOL],
    ['Cast', DataType.FLOAT],
  ]);
});
