import '@tensorflow/tfjs-backend-cpu';
import { ones, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { quantize } from '@lowbit/core';
import { tfjs } from '@lowbit/tfjs';
import { ul2q } from '@lowbit/ul2q';
import { packedOutputs, trainInPage } from './packed.js';
import { quantizedHash } from './quantize-file.js';

async function modelBytes(): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch('./model.onnx')).arrayBuffer());
}

function inWorker(bytes: Uint8Array): Promise<string> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(bytes);
  });
}

/** Largest difference between a small model's outputs before and after μL2Q at 8 bits. */
async function tfjsDifference(): Promise<number> {
  await setBackend('cpu');
  const model = sequential({
    layers: [layers.dense({ inputShape: [64], units: 32 }), layers.dense({ units: 4 })],
  });
  const { model: small } = await quantize(tfjs(model), { weights: ul2q(), bits: 8 });
  const [before, after] = [model, small].map((either) =>
    (either.predict(ones([1, 64])) as Tensor).dataSync(),
  );
  return Math.max(...Array.from(before!, (value, i) => Math.abs(value - after![i]!)));
}

Object.assign(globalThis, {
  lowbit: {
    page: async () => quantizedHash(await modelBytes()),
    worker: async () => inWorker(await modelBytes()),
    tfjs: tfjsDifference,
    packedOutputs,
    trainInPage,
  },
});
