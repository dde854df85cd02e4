import { afterEach, expect, it, vi } from 'vitest';

import { readKeras } from '../src/index.js';
import { kerasCases } from './cases.js';

const file = (await kerasCases('keras3')).get('dense')!.get('model.keras')!;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Node's module for threads in the place of its own; undefined as in a browser. */
function withThreads(threads: unknown): void {
  const builtin = process.getBuiltinModule;
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string): unknown =>
    name === 'node:worker_threads' ? threads : builtin(name)) as typeof builtin);
}

async function noteOf(): Promise<readonly string[]> {
  const model = await readKeras(file);
  expect(await model.weights[0]!.read()).toBeInstanceOf(Float32Array);
  model.close();
  return model.notes;
}

const nothing = () => undefined;
const begin = 'The file was read without a worker, so that nothing limits the time that it takes:';

it('a page that forbids WebAssembly is told to allow it', async () => {
  vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('not by this policy'));
  await expect(readKeras(file)).rejects.toMatchObject({
    code: 'runtime-missing',
    received: 'not by this policy',
    remedy: expect.stringContaining('wasm-unsafe-eval') as string,
  });
});

it('a worker that dies at its start is told of with its own words', async () => {
  const on = (event: string, handle: (error: Error) => void) =>
    event === 'error' && void setTimeout(() => handle(new Error('it has no memory')), 1);
  const Dying = vi.fn(function () {
    return { on, ref: nothing, unref: nothing, postMessage: nothing, terminate: nothing };
  });
  withThreads({ parentPort: null, Worker: Dying });
  expect(await noteOf()).toEqual([`${begin} it has no memory.`]);
});

it('a script that a browser does not find is told of', async () => {
  const addEventListener = (event: string, handle: (event: object) => void) =>
    event === 'error' && void setTimeout(() => handle({}), 1);
  const Lost = vi.fn(function () {
    return { addEventListener, postMessage: nothing, terminate: nothing };
  });
  withThreads(undefined);
  vi.stubGlobal('Worker', Lost);
  expect(await noteOf()).toEqual([`${begin} its script could not be loaded.`]);
});
