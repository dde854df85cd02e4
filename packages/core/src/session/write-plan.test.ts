import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import type { ModelPort } from '../contract/port.js';
import { registry } from '../contract/registry.js';
import { quantize } from './quantize.js';

const values = (seed: number) => Float32Array.from({ length: 32 }, (_, i) => Math.sin(seed + i));
const model: MemoryModel = {
  a: { shape: [4, 8], values: values(1) },
  b: { shape: [4, 8], values: values(2) },
};
const recipe = { registry: registry([coarse()]), bits: 4 };

/** A port whose writer packs each tensor when it comes, and then destroys it. */
function destroying(log: string[]): ModelPort<MemoryModel> {
  const port = memoryPort(model);
  return {
    ...port,
    write(outcome) {
      const writer = port.write(outcome);
      return {
        async add(id, tensor) {
          await writer.add(id, structuredClone(tensor));
          await Promise.resolve();
          log.push(id);
          tensor.codes.fill(255);
          Object.assign(tensor, { scheme: undefined, codes: undefined });
        },
        finish: () => (log.push('finish'), writer.finish()),
      };
    },
    layers: () =>
      (port.layers() as Awaited<ReturnType<typeof port.layers>>).map((layer) => ({
        ...layer,
        weights: layer.weights.map((weight) => ({
          ...weight,
          read: () => (log.push(`read ${weight.id}`), weight.read()),
        })),
      })),
  };
}

test("a tensor is the writer's once it is added, and the next weight is read after that", async () => {
  const log: string[] = [];
  const expected = await quantize(memoryPort(model), recipe);
  expect(await quantize(destroying(log), recipe)).toEqual(expected);
  expect(log).toEqual(['read a', 'a', 'read b', 'b', 'finish']);
});
