import { isLowbitError } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { loadRuntime } from './load-runtime.js';

async function failure(code: string) {
  const cause = Object.assign(new Error('no such thing'), { code });
  const error: unknown = await loadRuntime('compare', { load: () => Promise.reject(cause) }).catch(
    (reason: unknown) => reason,
  );
  if (!isLowbitError(error)) throw new Error('expected a LowbitError');
  return error;
}

describe('the runtime', () => {
  it.each(['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])(
    'that is not there is runtime-missing with what to type (%s)',
    async (code) => {
      const { code: found, remedy } = await failure(code);
      expect(found).toBe('runtime-missing');
      expect(remedy).toContain('npm install onnxruntime-web');
    },
  );

  it('that is asked for is the one that is missing', async () => {
    const cause = Object.assign(new Error('no such thing'), { code: 'ERR_MODULE_NOT_FOUND' });
    const load = () => Promise.reject(cause);
    await expect(loadRuntime('quantize', { name: 'onnxruntime-node', load })).rejects.toMatchObject({
      code: 'runtime-missing',
      remedy: expect.stringContaining('npm install onnxruntime-node') as string,
    });
  });

  it('that does not load is runtime-failed', async () => {
    expect(await failure('ERR_OTHER')).toMatchObject({ code: 'runtime-failed', received: 'no such thing' });
  });

  it('runs on one thread unless it is given more', async () => {
    expect((await loadRuntime('compare')).env.wasm.numThreads).toBe(1);
    expect((await loadRuntime('quantize', { threads: 3 })).env.wasm.numThreads).toBe(3);
  });
});
