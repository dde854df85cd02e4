import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { makePlan } from '../session/make-plan.js';
import { registry } from './registry.js';
import { applyPlan } from '../session/apply-plan.js';
import { quantize } from '../session/quantize.js';
import { train } from '../training/train.js';
import type { ModelPort } from './port.js';

class LayersModel {
  readonly name = 'model';
  readonly layers = [];
}

const known = registry([coarse()]);
const port = memoryPort({ a: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } });
const wrong: Record<string, readonly [value: unknown, received: string, remedy: string]> = {
  'a model without an adapter': [new LayersModel(), 'an object of LayersModel', 'tfjs(model)'],
  'the bytes of a file': [Uint8Array.of(1), 'an object of Uint8Array', 'onnx(bytes)'],
  'a path': ['model.onnx', "the text 'model.onnx'", 'onnx(bytes)'],
  'a promise of a port': [Promise.resolve(port), 'a promise', 'Await it'],
  nothing: [undefined, 'undefined', 'onnx(bytes)'],
  'an object': [{}, 'an object that is no port', 'onnx(bytes)'],
};

test.each(Object.entries(wrong))(
  'what is no port says what to write: %s',
  async (_, [value, received, remedy]) => {
    const given = value as ModelPort<unknown>;
    const { plan } = await makePlan(port, { registry: known });
    for (const act of [
      () => quantize(given, { registry: known }),
      () => makePlan(given, { registry: known }),
      () => applyPlan(given, plan, known),
      async () => (await train(given as never, { registry: known })).result,
    ]) {
      await expect(act()).rejects.toMatchObject({
        code: 'invalid-argument',
        where: 'port',
        received,
        remedy: expect.stringContaining(remedy) as string,
      });
    }
  },
);
