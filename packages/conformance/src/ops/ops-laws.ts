import { arrayOps, type ArrayTensor, type Ops } from '@lowbit/core/method';
import type { Law } from '../law.js';
import { operationCases } from './cases.js';
import { compare } from './compare.js';
import type { TensorValue, ToArray } from './tensor-value.js';

/** How exact the interpreter's arithmetic is. */
export interface OpsLawOptions {
  /** Relative error that division, square root, tanh and mean may have. Default 2^-22, two units in the last place. */
  readonly rounding?: number;
}

/**
 * The laws of an interpreter of {@link Ops}: on every operation it equals the array interpreter. Shapes
 * broadcast as numpy's do, ties round to even, sign(0) = +1; all but division, square root, tanh and mean
 * are exact.
 *
 * @example
 * const read = (tensor: Tensor) => ({ shape: tensor.shape, data: tensor.dataSync() });
 * for (const law of opsLaws(tfjsOps, read)) test(law.title, law.run);
 */
export function opsLaws<T>(
  ops: Ops<T>,
  toArray: ToArray<T>,
  { rounding = 2 ** -22 }: OpsLawOptions = {},
): readonly Law[] {
  const names = Object.keys(operationCases) as (keyof typeof operationCases)[];
  const equal = names.map((name) => ({
    title: `${name} equals the array interpreter`,
    async run() {
      const { run, exact } = operationCases[name];
      const expected = run(arrayOps);
      const received = await Promise.all(run(ops).map(toArray));
      const permitted = (value: number) => (exact ? 0 : rounding * Math.abs(value));
      received.forEach((value, i) => {
        compare(value, expected[i] as ArrayTensor, permitted, `${name}, case ${i}`);
      });
    },
  }));
  return [
    ...equal,
    { title: 'operations leave their operands as they were', run: () => checkOperands(ops, toArray) },
  ];
}

async function checkOperands<T>(ops: Ops<T>, toArray: ToArray<T>): Promise<void> {
  const before = [
    { shape: [2, 2], data: [1.5, -0.5, 0, 2] },
    { shape: [2, 2], data: [1, 0, 0, 1] },
  ];
  const [a, mask] = before.map((value) => ops.constant(value)) as [T, T];
  for (const name of ['add', 'sub', 'mul', 'div', 'greater'] as const) ops[name](a, a);
  for (const name of ['abs', 'sign', 'round', 'floor'] as const) ops[name](a);
  ops.clip(a, 0, 1);
  ops.where(mask, a, a);
  ops.mean(a);
  compare(await toArray(a), before[0] as TensorValue, () => 0, 'operand');
  compare(await toArray(mask), before[1] as TensorValue, () => 0, 'mask');
}
