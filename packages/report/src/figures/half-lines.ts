import type { HalfPrecision } from '@lowbit/core';
import { rollups } from 'd3-array';

/** More names than these are not told of one reason. */
const mostNames = 3;

/** What of a model became float16 and what did not and why, as lines; the reason that most nodes have first. */
export function halfLines(float16: HalfPrecision): readonly string[] {
  const reasons = rollups(
    float16.kept,
    (group) => group,
    ({ reason }) => reason,
  ).sort(([, a], [, b]) => b.length - a.length);
  const [count, ...others] = halfCounts(float16);
  return [
    count,
    ...reasons.map(
      ([reason, group]) => `${group.length} × ${reason}: ${some(group.map(({ node }) => node))}`,
    ),
    ...others,
  ];
}

/** The same without the nodes that stay float32: how many nodes compute in which type, constants, and the closest values. */
export function halfCounts({
  nodes,
  kept,
  unfit,
  zeros,
  measured,
}: HalfPrecision): readonly [string, ...string[]] {
  const zero = some(zeros.map(({ name, values }) => `${values} of ${name}`));
  return [
    `${nodes} nodes compute in float16, ${kept.length} stay float32`,
    ...unfit.map(({ name, reason }) => `${name} stays float32: ${reason}`),
    ...(zeros.length === 0 ? [] : [`too small for float16, and now 0: ${zero}`]),
    ...(measured === undefined ? [] : [closestLine(measured)]),
  ];
}

function closestLine({ limit, closest }: NonNullable<HalfPrecision['measured']>): string {
  const values = closest.map(({ name, largest }) => `${largest.toPrecision(3)} of ${name}`);
  return `largest on the data, of ${limit} that float16 is taken up to: ${values.join(', ') || 'none'}`;
}

function some(names: readonly string[]): string {
  const more = names.length - mostNames;
  return [...names.slice(0, mostNames), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
