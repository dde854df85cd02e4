import { readFile } from 'node:fs/promises';
import { minMax } from '@lowbit/baselines';
import { isLowbitError, quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';

const stop = new AbortController();
const onProgress = ({ phase, done, total }) => {
  console.log(phase, done, 'of', total);
  if (phase === 'quantize' && done === 3) stop.abort();
};
try {
  await quantize(
    onnx(await readFile('model.onnx')),
    { weights: minMax() },
    { signal: stop.signal, onProgress },
  );
} catch (error) {
  if (!isLowbitError(error)) throw error;
  console.log(error.code);
}
