import { LowbitError } from '../errors/error.js';

/** Throws `non-finite` with the index of the first NaN or infinity. */
export function checkFinite(values: Float32Array, where: string): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  // 0 · x is 0 for every finite x and NaN for all others: one cheap pass where nothing is wrong.
  if (sum === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new LowbitError({
    code: 'non-finite',
    where: `${where}[${index}]`,
    expected: 'finite numbers',
    received: String(values[index]),
    remedy: 'The model holds a broken weight; export it again, or exclude this weight.',
  });
}
