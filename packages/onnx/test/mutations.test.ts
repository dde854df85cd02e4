import { isLowbitError, quantize, seededRandom } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { realBytes, type RealModel } from './helpers/real-models.js';

type Random = () => number;
const below = (random: Random, limit: number) => Math.floor(random() * limit);

/** Where a mutation does something: among the structure, which exporters write first, or anywhere. */
const place = (bytes: Uint8Array, random: Random) =>
  below(random, random() < 0.5 ? Math.min(bytes.length, 60_000) : bytes.length);

const mutations: Record<string, (bytes: Uint8Array, random: Random) => Uint8Array> = {
  'changed bits': (bytes, random) => {
    const changed = bytes.slice();
    for (let count = 1 + below(random, 8); count > 0; count--) {
      const at = place(bytes, random);
      changed[at] = changed[at]! ^ (1 << below(random, 8));
    }
    return changed;
  },
  'bytes of 255': (bytes, random) => {
    const changed = bytes.slice();
    const at = place(bytes, random);
    return changed.fill(0xff, at, at + 1 + below(random, 9));
  },
  'a cut end': (bytes, random) => bytes.slice(0, place(bytes, random)),
  'bytes left out': (bytes, random) => {
    const at = place(bytes, random);
    const rest = bytes.subarray(at + 1 + below(random, 200));
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), rest]));
  },
  'bytes twice': (bytes, random) => {
    const at = place(bytes, random);
    const twice = bytes.subarray(at, at + 1 + below(random, 2000));
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), twice, bytes.subarray(at)]));
  },
  'bytes from elsewhere': (bytes, random) => {
    const changed = bytes.slice();
    const from = place(bytes, random);
    return changed.copyWithin(place(bytes, random), from, from + below(random, 500));
  },
};

/** Number of mutants for each mutation; each takes up to a few tenths of a second. */
const files: [RealModel, number][] = [
  ['classifier', 12],
  ['sileroLegacy', 6],
  ['silero', 4],
];

/** What becomes of a mutant: the code of an error, or how far it came. Anything untyped is thrown on. */
async function fate(bytes: Uint8Array, bits: number): Promise<string> {
  try {
    JSON.stringify(inspectModel(readModel(bytes)));
    const { model } = await quantize(onnx(bytes), { weights: plainMinMax, bits });
    readModel(model.bytes);
    return 'quantized';
  } catch (error) {
    if (isLowbitError(error)) return error.code;
    throw error;
  }
}

describe.each(files)('%s', (name, count) => {
  test.each(Object.keys(mutations))('with %s gives a typed error or a model', async (kind) => {
    const random = seededRandom(name.length * 1000 + kind.length);
    const bytes = realBytes(name);
    const fates = new Map<string, number>();
    for (let index = 0; index < count; index++) {
      const mutant = mutations[kind]!(bytes, random);
      const before = process.cpuUsage();
      const found = await fate(mutant, index % 2 === 0 ? 8 : 4);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(5);
      fates.set(found, (fates.get(found) ?? 0) + 1);
    }
    console.info(`${name}, ${kind}: ${[...fates].map(([fate, times]) => `${fate} ${times}`).join(', ')}`);
  });
});
