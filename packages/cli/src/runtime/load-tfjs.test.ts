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

  it('runs on WebAssembly, and stays as its users know it', async () => {
    const { core, layers } = await loadTfjs('quantize');
    expect(core.getBackend()).toBe('wasm');
    // Not zeros: whoever uses the library in the same process gets initializers that work, or none.
    expect(() => layers.initializers.orthogonal({}).apply([2, 2])).toThrow(/flatten/);
  });
});
