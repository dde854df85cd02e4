import { LowbitError, type Outcome, type Problem } from '@lowbit/core';

/** Checks that every tensor of the outcome belongs to a weight with this id and shape. Throws `plan-mismatch`. */
export function checkTensors(shapes: ReadonlyMap<string, readonly unknown[]>, outcome: Outcome): void {
  const problems = [...outcome.weights].flatMap(([id, tensor]) => mismatch(id, tensor.shape, shapes.get(id)));
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LowbitError([first, ...rest]);
}

function mismatch(id: string, received: readonly number[], shape: readonly unknown[] | undefined): Problem[] {
  if (shape !== undefined && String(shape) === String(received)) return [];
  const expected = shape === undefined ? 'the id of a weight of this model' : `shape [${shape}]`;
  const remedy = 'Plan again for this model: its layers or their names have changed.';
  return [
    { code: 'plan-mismatch', where: id, expected, received: `a tensor of shape [${received}]`, remedy },
  ];
}
