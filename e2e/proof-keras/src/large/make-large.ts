import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@lowbit/core';
import { File as Hdf5File, ready } from 'h5wasm/node';
import { writeArchive } from '../files/archive.js';

/** Layers of the model, and what goes in and out of each: 3.1 million weights a layer, as the largest of ResNet50 nearly has. */
const [count, width] = [8, 1768];

/** Writes a model of dense layers as Keras 3 does, with 100 MB of weights. Returns its bytes. */
export async function makeLarge(file: string): Promise<number> {
  const entries = new Map([
    ['metadata.json', encode({ keras_version: '3.15.1' })],
    ['config.json', encode(config())],
    ['model.weights.h5', await weights()],
  ]);
  const archive = writeArchive(entries);
  await writeFile(file, archive);
  return archive.length;
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function config(): unknown {
  const layer = (className: string, members: object) => ({
    module: 'keras.layers',
    class_name: className,
    config: members,
    registered_name: null,
  });
  const dense = Array.from({ length: count }, (_, i) =>
    layer('Dense', {
      name: `dense_${i}`,
      trainable: true,
      dtype: 'float32',
      units: width,
      activation: 'relu',
      use_bias: true,
    }),
  );
  const input = layer('InputLayer', { batch_shape: [null, width], dtype: 'float32', name: 'input' });
  return {
    ...layer('Sequential', { name: 'large', trainable: true, layers: [input, ...dense] }),
    module: 'keras',
  };
}

async function weights(): Promise<Uint8Array> {
  await ready;
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-large-'));
  try {
    const path = join(folder, 'weights.h5');
    const file = new Hdf5File(path, 'w');
    const random = seededRandom(1);
    file.create_group('layers');
    for (let i = 0; i < count; i++) {
      const layer = `layers/dense${i === 0 ? '' : `_${i}`}`;
      for (const group of [layer, `${layer}/vars`]) file.create_group(group);
      const kernel = Float32Array.from({ length: width * width }, () => random() - 0.5);
      file.create_dataset({ name: `${layer}/vars/0`, data: kernel, shape: [width, width], dtype: '<f4' });
      file.create_dataset({ name: `${layer}/vars/1`, data: new Float32Array(width).fill(0.5), dtype: '<f4' });
    }
    file.close();
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
