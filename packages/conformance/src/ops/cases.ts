import type { Ops } from '@lowbit/core/method';
import type { TensorValue } from './tensor-value.js';

/** Ties, zeros of both signs, the largest number below ½, whole numbers beyond float32's fractions. */
const edges = [0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999997, -0.49999997, 8388609, -8388609];
const plain = [0.1, -0.2, 3.7, -4.3, 1e-3, 12345.678, -1, 1, 7.5, -7.25, 0.3, 2e10];

const vector = tensor([12], plain);
const ties = tensor([12], edges);
const matrix = tensor([3, 4], plain);
const row = tensor([4], [0.5, -2, 3, 0.1]);
const column = tensor([3, 1], [2, -0.25, 7]);
const cube = tensor([2, 3, 2], plain);

/** Pairs of operands: equal shapes, a scalar, and every way to broadcast. */
const pairs: readonly (readonly [TensorValue | number, TensorValue | number])[] = [
  [vector, ties],
  [ties, ties],
  [vector, 3],
  [0.7, ties],
  [matrix, row],
  [column, matrix],
  [row, column],
  [cube, column],
  [tensor([0, 4], []), row],
];

/** Calls of one operation on some operands; `T` is made by the interpreter that is judged. */
export interface OperationCases {
  /** Whether float32 leaves no choice. */
  readonly exact: boolean;
  run<T>(ops: Ops<T>): readonly T[];
}

type Binary = 'add' | 'sub' | 'mul' | 'greater';
type Unary = 'abs' | 'sign' | 'round' | 'floor';

export const operationCases: Readonly<Record<keyof Ops<unknown>, OperationCases>> = {
  constant: {
    exact: true,
    run: (ops) => [
      ops.constant(0.1),
      ops.constant(-3),
      ...[vector, matrix, cube].map((value) => ops.constant(value)),
    ],
  },
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: {
    exact: false,
    run: (ops) =>
      pairs
        .filter(([, divisor]) => divisor !== ties)
        .map(([a, b]) => ops.div(constant(ops, a), constant(ops, b))),
  },
  abs: unary('abs'),
  sqrt: {
    exact: false,
    run: (ops) =>
      [matrix, cube].map((value) => ops.sqrt(ops.mul(constant(ops, value), constant(ops, value)))),
  },
  tanh: { exact: false, run: (ops) => [ties, matrix].map((value) => ops.tanh(constant(ops, value))) },
  sign: unary('sign'),
  round: unary('round'),
  floor: unary('floor'),
  clip: {
    exact: true,
    run: (ops) => [ops.clip(constant(ops, ties), -1.5, 2), ops.clip(constant(ops, matrix), 0, 15)],
  },
  greater: binary('greater'),
  where: {
    exact: true,
    run(ops) {
      const mask = tensor([3, 4], [1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1]);
      const choose = (m: TensorValue, yes: TensorValue | number, no: TensorValue | number) =>
        ops.where(constant(ops, m), constant(ops, yes), constant(ops, no));
      return [
        choose(mask, matrix, 0),
        choose(mask, row, column),
        choose(mask, 1, -1),
        choose(tensor([3, 1], [1, 0, 1]), matrix, row),
      ];
    },
  },
  mean: reduction('mean', false),
  max: reduction('max', true),
};

function reduction(name: 'mean' | 'max', exact: boolean): OperationCases {
  return {
    exact,
    run(ops) {
      const values = constant(ops, cube);
      return [undefined, [0], [2], [0, 2]].map((axes) => ops[name](values, axes));
    },
  };
}

function unary(name: Unary): OperationCases {
  return {
    exact: true,
    run: (ops) => [ties, matrix, cube, tensor([0], [])].map((value) => ops[name](constant(ops, value))),
  };
}

function binary(name: Binary): OperationCases {
  return {
    exact: true,
    run: (ops) => pairs.map(([a, b]) => ops[name](constant(ops, a), constant(ops, b))),
  };
}

function constant<T>(ops: Ops<T>, value: TensorValue | number): T {
  return ops.constant(value);
}

function tensor(shape: readonly number[], data: readonly number[]): TensorValue {
  return { shape, data };
}
