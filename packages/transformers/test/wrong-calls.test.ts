import { expect, it } from 'vitest';
import { rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as transformers from '../src/index.js';
import { memoryFolder } from './memory-folder.js';
import { encoder } from './models.js';

const { folder, writer } = memoryFolder({ 'onnx/model.onnx': (await encoder()).bytes });

const calls: Readonly<Record<string, RightCall>> = {
  quantizeFolder: { right: () => [folder, { dtypes: ['q4'] }, writer] },
};

it('what is called wrongly is told', { timeout: 60_000 }, async () => {
  expect(await rawFailures(transformers, calls)).toEqual([]);
});
