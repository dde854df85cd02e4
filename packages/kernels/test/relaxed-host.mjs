// In a process of its own, with relaxed SIMD on: what the host has, and whether layers give what the twin does.
import { createKernels } from '@lowbit/kernels';

const kernels = await createKernels({ variant: 'relaxed' });
const twin = await createKernels({ variant: 'scalar' });
let state = 1;
const next = () => (state = Math.imul(state, 1103515245) + 12345) >> 16;
const values = Float32Array.from({ length: 6 * 6 * 13 }, () => next() / 9999);
const outputs = ({ conv2d }, bits) => {
  state = 7;
  const weight = () => (bits === 8 ? (next() << 24) >> 24 : (next() << 28) >> 28);
  const weights = {
    shape: [3, 3, 13, 21],
    values: Int8Array.from({ length: 9 * 13 * 21 }, weight),
    bits,
    scales: [0.5],
  };
  return conv2d({ weights, padding: 'same' }).run(values, [1, 6, 6, 13]);
};
const isRight = [8, 4].every((bits) => `${outputs(kernels, bits)}` === `${outputs(twin, bits)}`);
const { variant, capabilities } = kernels;
const { relaxedDot } = capabilities;
console.log(JSON.stringify({ engine: process.versions.v8, variant, relaxedDot, isRight }));
