import { expect, it } from 'vitest';
import { refuseStrangers } from './refuse-strangers.js';

const weights = new File([Uint8Array.of(64, 0, 0, 0, 0, 0, 0, 0), '{"w":{}}'], 'model.safetensors');
const shard = new File([Uint8Array.of(0x1f, 0x8b, 8)], 'group1-shard1of1.bin');
const config = new File(['{"model_type":"bert"}'], 'config.json');
const model = new File(['{"modelTopology":{},"weightsManifest":[]}'], 'model.json');

it('names weights of other runtimes beside JSON that is no model', async () => {
  await expect(refuseStrangers([config, weights], config)).rejects.toMatchObject({
    code: 'model-not-onnx',
    where: 'model.safetensors',
    received: 'a safetensors file',
  });
});

it('names what is too large to be read', async () => {
  const large = { name: 'model.gguf', size: 2 ** 32, slice: () => new Blob(['GGUF']) } as unknown as File;
  await expect(refuseStrangers([large], undefined)).rejects.toMatchObject({ received: 'a GGUF file' });
});

it('leaves weight files of a model alone, whatever they begin with, and what its reader tells', async () => {
  await refuseStrangers([model, shard], model);
  await refuseStrangers([weights], undefined);
});
