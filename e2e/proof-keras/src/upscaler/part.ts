import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gate, gateAtMost, installedFile, type Part } from '@lowbit/e2e-real-models/proof';
import { readKeras, type KerasModel } from '@lowbit/keras';

const folder = fileURLToPath(new URL('../../out/upscaler', import.meta.url));
const wanted = '@upscalerjs/models@0.9.0';
const path = 'models/psnr-small-quant-uint8/image-super-resolution-psnr-small.h5';

/** A file of Keras 2.3 that is in a public package, beside what the Python converter made of it: weights of 8 bits. */
export const upscalerPart: Part = {
  name: 'upscaler',
  async measure(tell) {
    const title = 'The public .h5 of @upscalerjs/models against its converted twin of 8 bits';
    tell(`installing ${wanted}`);
    const file = installedFile(folder, wanted, path);
    if (file === undefined)
      return { name: 'upscaler', title, rows: [], gates: [], skipped: [`${wanted} could not be installed`] };
    const [keras, twin] = await readBoth(file);
    const steps = await distances(keras, twin);
    const worst = Math.max(...steps);
    const row = {
      weights: steps.length,
      'largest distance in steps': worst,
      keras: keras.kerasVersion ?? '',
    };
    return {
      name: 'upscaler',
      title,
      rows: [row],
      gates: [
        // A float32 has 24 bits: what lies half a step away may be rounded to a little more.
        gateAtMost('distance from the twin, in steps of its 8 bits', worst, 0.5 + 1e-4),
        gate('weights that were compared', steps.length, 96),
      ],
      skipped: [],
    };
  },
};

async function readBoth(file: string): Promise<readonly [KerasModel, KerasModel]> {
  const near = (name: string) => readFile(join(dirname(file), name));
  const shard = 'group1-shard1of1.bin';
  const files = { modelJson: await near('model.json'), shards: { [shard]: await near(shard) } };
  return [await readKeras(await readFile(file)), await readKeras(files)];
}

/** For each weight, the largest distance in steps of the grid that the converter laid over its range. */
async function distances(keras: KerasModel, twin: KerasModel): Promise<readonly number[]> {
  const others = new Map(twin.weights.map((weight) => [weight.id, weight]));
  const result: number[] = [];
  for (const weight of keras.weights) {
    const [own, theirs] = [await weight.read(), await others.get(weight.id)!.read()];
    const [low, high] = own.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    const step = (high - low) / 255;
    const distance = own.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0);
    result.push(step === 0 ? distance : distance / step);
  }
  keras.close();
  return result;
}
