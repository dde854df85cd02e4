import { checkArgument } from '@lowbit/core/adapter';

/** @throws LowbitError `invalid-argument` for what lacks one of the members that make a value of its kind. */
export function checkHas(value: unknown, members: readonly string[], where: string, expected: string): void {
  const given = Object(value) as Readonly<Record<string, unknown>>;
  checkArgument(
    members.every((member) => given[member] !== undefined),
    value,
    { where, expected },
  );
}

/** @throws LowbitError `invalid-argument` for anything but a list with entries that fit. */
export function checkList(
  value: unknown,
  where: string,
  expected: string,
  fits: (entry: unknown) => boolean,
): void {
  checkArgument(Array.isArray(value) && value.every(fits), value, { where, expected });
}
