import { LowbitError, type Problem } from '@lowbit/core';
import { checkInterface } from './check-arguments.js';
import type { ModelValue, NamedInterface } from '@lowbit/core/adapter';
import { wordedValue } from './worded-value.js';

/**
 * Checks that both models take the same inputs and give the same outputs: names, element types, and the sizes that
 * both fix. Names of symbolic axes, and the order, may differ.
 *
 * @throws LowbitError `invalid-argument` with every difference, or for what is no model.
 */
export function checkInterfaces(first: NamedInterface, second: NamedInterface): void {
  checkInterface(first, 'checkInterfaces: first');
  checkInterface(second, 'checkInterfaces: second');
  const [problem, ...rest] = [
    ...differences('input', first.inputs, second.inputs, first, second),
    ...differences('output', first.outputs, second.outputs, first, second),
  ];
  if (problem !== undefined) throw new LowbitError([problem, ...rest]);
}

function differences(
  kind: 'input' | 'output',
  wanted: readonly ModelValue[],
  given: readonly ModelValue[],
  { name: like }: NamedInterface,
  { name: where }: NamedInterface,
): readonly Problem[] {
  const names = new Set([...wanted, ...given].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const [a, b] = [wanted, given].map((values) => values.find((value) => value.name === name));
    if (a !== undefined && b !== undefined && isSame(a, b)) return [];
    const words = (value: ModelValue | undefined) =>
      value === undefined ? `no ${kind} ${name}` : `the ${kind} ${wordedValue(value)}`;
    const remedy = 'Give two models with the same inputs and outputs.';
    return [
      {
        code: 'invalid-argument' as const,
        where,
        expected: `${words(a)}, as in ${like}`,
        received: words(b),
        remedy,
      },
    ];
  });
}

function isSame(a: ModelValue, b: ModelValue): boolean {
  if (a.type !== b.type) return false;
  if (a.shape === null || b.shape === null) return true;
  const { shape } = b;
  const agrees = (size: unknown, i: number): boolean =>
    typeof size !== 'number' || typeof shape[i] !== 'number' || size === shape[i];
  return a.shape.length === shape.length && a.shape.every(agrees);
}
