import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forwardLaws } from '@lowbit/conformance';
import { quantize, type Quantizer } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { load, save, tfjs, tfjsOps } from '../src/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { fileSystem } from '../src/node/index.js';
import { registry } from '../src/register.js';
import { onEveryBackend } from './backends.js';
import { imageModel } from './models.js';

const quantizers = registry.list().filter((plugin): plugin is Quantizer => plugin.kind === 'quantizer');
const toArray = (tensor: tf.Tensor) => ({ shape: tensor.shape, data: tensor.dataSync() });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowbit-methods-'));
});
afterAll(() => rm(folder, { recursive: true }));

onEveryBackend('every registered quantizer computes as the array interpreter', (test) => {
  for (const quantizer of quantizers) {
    const gradient = quantizer.backward === undefined ? 'straight-through' : 'own';
    for (const law of forwardLaws(quantizer, tfjsOps, toArray, { gradient }))
      test(`${quantizer.name}: ${law.title}`, async () => {
        tf.engine().startScope();
        try {
          await law.run();
        } finally {
          tf.engine().endScope();
        }
      });
  }
});

onEveryBackend('every registered quantizer of weights is saved and loaded', (test) => {
  for (const quantizer of quantizers.filter(({ roles }) => roles.includes('weight')))
    test(quantizer.name, async () => {
      const widths = quantizer.bits.weight ?? [];
      for (const bits of new Set([widths[0], widths.at(-1)] as number[])) {
        const model = imageModel();
        const { model: small } = await quantize(tfjs(model), { weights: quantizer, bits });
        const target = join(folder, `${quantizer.name}-${bits}-${tf.getBackend()}`);
        await save(small, fileSystem(target));
        const loaded = await load(fileSystem(target));
        const [expected, received] = [small, loaded].map((each) =>
          each.getWeights().map((weight) => weight.dataSync<'float32'>().slice()),
        );
        expect(received).toEqual(expected);
        for (const each of [model, small, loaded]) disposeWeights(each);
      }
    });
});
