import { decode, type QuantizedTensor, type Slicing } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { DataType } from '../src/schema/proto.js';
import type { Optimize } from '../src/target/target.js';
import { writeModel } from '../src/model/write-model.js';
import { runModel } from './helpers/run-model.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';
import { weightsModel } from './helpers/weights-model.js';

const widths = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16];
const kinds: readonly GridKind[] = ['zero-point', 'middle', 'offset', 'symmetric', 'codebook', 'residual'];

type Place = readonly [shape: readonly number[], slicing: Slicing];

/** Sizes that are and are not multiples of 8, and groups that do and do not divide the axis. */
const places: readonly Place[] = [
  [[40, 30], 'tensor'],
  [[9, 7, 13], 'tensor'],
  [[8, 7, 15], { axes: [0] }],
  [[7, 6, 20], { axes: [1] }],
  [[3, 4, 70], { axes: [0, 1] }],
  [[3, 90, 4], { axes: [0, 2] }],
  [[4, 64, 3], { along: 1, group: 32 }],
  [[75, 9], { along: 0, group: 32 }],
  [[5, 21, 9], { along: 1, group: 32 }],
];

/** Large enough for planes of every width to be worth their operators. */
const largePlaces: readonly Place[] = [
  [[13, 29, 19], 'tensor'],
  [[99, 73], { axes: [1] }],
];

/** Every width with every place and kind of grid. */
function allTensors(): Map<string, QuantizedTensor> {
  const tensors = new Map<string, QuantizedTensor>();
  for (const bits of widths) {
    const composed = [3, 5, 6, 7].includes(bits);
    for (const [at, [shape, slicing]] of [...places, ...(composed ? largePlaces : [])].entries()) {
      for (const kind of kinds) {
        if (kind === 'residual' && bits > 8) continue;
        tensors.set(`${kind}_${bits}_${at}`, sampleTensor(shape, slicing, bits, kind));
      }
    }
  }
  return tensors;
}

const tensors = allTensors();
const decoded = new Map([...tensors].map(([id, tensor]) => [id, decode(tensor)]));

const versions = [
  { opset: 7, ir: 3, kind: 'initializer' },
  { opset: 7, ir: 3, kind: 'constant-node' },
  { opset: 9, ir: 4, kind: 'initializer' },
  { opset: 10, ir: 5, kind: 'constant-node' },
  { opset: 13, ir: 8, kind: 'initializer' },
  { opset: 17, ir: 8, kind: 'constant-node' },
  { opset: 21, ir: 9, kind: 'initializer' },
  { opset: 21, ir: 10, kind: 'constant-node' },
  { opset: 25, ir: 13, kind: 'initializer' },
] as const;

/** Those that differ in what stays packed. */
const versionsOf = {
  speed: versions,
  memory: versions.filter(({ opset, ir }) => [9, 13, 25].includes(opset) || ir === 10),
};

/** Integer zero points round once where decode rounds twice; other forms for speed do what decode does. */
const toleranceOf = (optimize: Optimize, id: string) =>
  optimize === 'memory' || /^(zero-point|middle)/.test(id) ? 2 ** -22 : 0;

/** IR versions that types came with. */
const irOf: Readonly<Record<number, number>> = {
  [DataType.UINT4]: 10,
  [DataType.INT4]: 10,
  [DataType.UINT2]: 13,
  [DataType.INT2]: 13,
};

describe.each<Optimize>(['speed', 'memory'])('forms for %s give what decode gives', (optimize) => {
  test.each(versionsOf[optimize])('opset $opset, IR $ir, from each $kind', async (version) => {
    const { model, sites, original } = weightsModel(tensors, version);
    const notes = rewriteModel(model, sites, tensors, { optimize });
    const outputs = await runModel(writeModel(model));
    const wrong = notes.filter(({ id, form }) => {
      const expected = (form === 'float' ? original : decoded).get(id) as Float32Array;
      return !isClose(outputs.get(`y_${id}`) as Float32Array, expected, toleranceOf(optimize, id));
    });
    expect(wrong.map(({ id, form }) => `${id}: ${form}`)).toEqual([]);
    expect(notes.filter(({ id, form }) => !isAsNarrow(id, form))).toEqual([]);
    expect(notes.filter(({ form }) => form === 'float').length).toBeLessThan(notes.length / 8);
    const types = model.proto.graph!.initializer.map(({ dataType }) => dataType);
    const values = model.proto.graph!.node.map(({ attribute }) => attribute[0]?.t?.dataType);
    const newest = Math.max(0, ...[...types, ...values].map((type) => irOf[type ?? 1] ?? 0));
    // Up to opset 8 codes must be initializers, which stand alone from IR 4 on.
    const lowest = Math.max(version.opset < 9 ? 4 : 0, version.ir, newest);
    expect([model.opset, Number(model.proto.irVersion)]).toEqual([version.opset, lowest]);
  });
});

/** Whether codes in planes take as many bits as they have, 16 where they have more than 8. */
function isAsNarrow(id: string, form: string): boolean {
  const bits = Number(id.split('_')[1]);
  const [, planes] = /planar ([\d+]+)-bit/.exec(form) ?? [];
  const held = planes?.split('+').reduce((sum, width) => sum + Number(width), 0);
  return held === undefined || held === (bits > 8 ? 16 : bits);
}

/** @param permitted Error relative to the largest value. */
function isClose(actual: Float32Array, expected: Float32Array, permitted: number): boolean {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    actual.length === expected.length &&
    actual.every((value, i) => Math.abs(value - (expected[i] as number)) <= permitted * largest)
  );
}
