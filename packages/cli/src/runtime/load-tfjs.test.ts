import { describe, expect, it } from 'vitest';

import { loadTfjs } from './load-tfjs.js';

const failing = (code: string) => () =>
  Promise.reject(Object.assign(new Error('no such thing'), { code }) as Error);

describe('TensorFlow.js', () => {
  it('that is not there is runtime-missing with what to type', async () => {
    await expect(loadTfjs('quantize', failing('ERR_MODULE_NOT_FOUND'))).rejects.toMatchObject({
      code: 'runtime-missing',
      where: 'lowbit quantize',
      remedy: expect.stringContaining('npm install @lowbit/tfjs @tensorflow/tfjs-core') as string,
    });
  });

  it('that does not load is runtime-failed', async () => {
    await expect(loadTfjs('quantize', failing('ERR_OTHER'))).rejects.toMatchObject({
      code: 'runtime-failed',
      received: 'no such thing',
    });
  });

  it('runs on WebAssembly, and makes recurrent layers without their slow first values', async () => {
    const { core, layers } = await loadTfjs('quantize');
    expect(core.getBackend()).toBe('wasm');
    const layer = layers.layers.lstm({ units: 300, recurrentInitializer: 'orthogonal' });
    layer.build([1, 5, 4]);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[4, 1200], [300, 1200], [1200]]);
    const [sum] = await core.sum(core.abs(layer.weights[1]!.read())).data();
    expect(sum).toBe(0);
    // What is written into a topology stays.
    expect(JSON.stringify(layer.getConfig())).toContain('"Orthogonal"');
    layer.weights.forEach((weight) => weight.dispose());
  });
});
