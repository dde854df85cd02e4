import { describe, expect, it } from 'vitest';
import { isFloatType } from '../src/model/data-types.js';
import { readModel } from '../src/read/read-model.js';
import { readFloats, tensorBytes } from '../src/model/tensor-data.js';
import { allTensors } from '../src/model/all-tensors.js';
import { describeModel } from '../src/describe/describe-model.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { realBytes, type RealModel } from './helpers/real-models.js';

/** Number of weights, and the least share of the model's float bytes that they hold (the rest are biases and scales). */
const expected: [RealModel, number, number][] = [
  ['detector', 64, 0.99],
  ['recognizer', 47, 0.99],
  ['classifier', 54, 0.92],
  ['sileroLegacy', 52, 0.98],
  ['silero', 16, 0.99],
];

describe.each(expected)('%s', (name, count, least) => {
  const model = readModel(realBytes(name), name);
  const { layers, sites } = describeModel(model);

  it('finds nearly all float bytes as weights', () => {
    const bytes = (tensors: Parameters<typeof tensorBytes>[0][]) =>
      tensors.reduce((sum, one) => sum + tensorBytes(one), 0);
    const all = bytes(allTensors(model.proto).filter(({ dataType }) => isFloatType(dataType)));
    const share = bytes(sites.map(({ source }) => source.tensor)) / all;
    console.info(`${name}: ${sites.length} weights hold ${(100 * share).toFixed(2)} % of ${all} float bytes`);
    expect(sites.length).toBe(count);
    expect(share).toBeGreaterThan(least);
  });

  it('gives every layer and weight its own id, in the order of execution', () => {
    expect(new Set(layers.map(({ id }) => id)).size).toBe(layers.length);
    expect(new Set(sites.map(({ id }) => id)).size).toBe(sites.length);
    expect(layers.map(({ depth }) => depth)).toEqual(layers.map((_, index) => index));
  });

  it('gives axes that fit the shape, and shapes that fit the data', () => {
    for (const { shape, outputAxes, inputAxis, source, id } of sites) {
      expect(outputAxes, id).toEqual([...new Set(outputAxes)].sort((a, b) => a - b));
      expect(outputAxes.every((axis) => axis < shape.length)).toBe(true);
      expect(outputAxes).not.toContain(inputAxis);
      expect(readFloats(source.tensor, id).length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });

  it('gives a reason for every layer without weights', () => {
    const silent = layers.filter(({ weights, skipped }) => weights.length === 0 && skipped.length === 0);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it('can be told as JSON', () => {
    const inspection = inspectModel(model);
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
    expect(inspection.quantizable.length).toBe(count);
    expect(inspection.totalBytes).toBe(realBytes(name).length);
  });
});

it('finds the LSTM weights of Silero behind their chains, in both branches', () => {
  const { sites } = describeModel(readModel(realBytes('silero'), 'silero'));
  const lstm = sites.filter(({ uses }) => uses.some(({ node }) => node.opType === 'LSTM'));
  expect(lstm.map(({ kernel }) => kernel)).toEqual(['kernel', 'recurrent', 'kernel', 'recurrent']);
  for (const { shape, outputAxes, inputAxis, uses } of lstm) {
    expect([shape, outputAxes, inputAxis]).toEqual([[512, 128], [0], 1]);
    expect(uses.every(({ direct }) => !direct)).toBe(true);
  }
});

it('knows products of activations from weights in the recognizer', () => {
  const { layers } = describeModel(readModel(realBytes('recognizer'), 'recognizer'));
  const reasons = layers
    .filter(({ op }) => op === 'MatMul')
    .flatMap(({ skipped }) => skipped.map(({ reason }) => reason));
  expect(new Set(reasons)).toEqual(new Set([skipReasons.bothComputed]));
});
