import { LowbitError } from '../errors/error.js';
import { takeRejections } from '../errors/is-promise.js';
import { nearestName } from '../errors/nearest-name.js';
import type { Round, ScheduledWeight } from '../contract/schedule.js';

const members = ['name', 'hold', 'bits'] as const satisfies readonly (keyof Round)[];

/** Throws `plugin-failed` unless the value is a round that can be carried out on these weights. */
export function checkRound(
  value: unknown,
  schedule: string,
  weights: readonly ScheduledWeight[],
): asserts value is Round {
  const defect = formDefect(value) ?? defectOf(value as Round, weights);
  if (defect === undefined) return;
  takeRejections(value);
  const [expected, received, hint] = defect;
  throw new LowbitError({
    code: 'plugin-failed',
    where: `schedule '${schedule}'`,
    expected,
    received,
    remedy: hint ?? "Report this to the schedule's author.",
  });
}

/** What is wrong, in words, and what was probably meant. */
type Defect = readonly [expected: string, received: string, hint?: string];

function formDefect(value: unknown): Defect | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['a round, or null at the end', Array.isArray(value) ? 'a list' : typeof value];
  const { name, hold = new Map(), bits = new Map() } = value as Record<keyof Round, unknown>;
  if (typeof name !== 'string') return ['a name of the round', String(name)];
  const stranger = Object.keys(value).find((member) => !(members as readonly string[]).includes(member));
  if (stranger !== undefined) {
    const near = nearestName(stranger, members);
    const expected = `a round with the members ${members.join(', ')}`;
    const found = `the member ${stranger}`;
    return near === undefined ? [expected, found] : [expected, found, `Did you mean ${near}?`];
  }
  if (!(hold instanceof Map)) return ['masks by id in a Map as hold', kindOf(hold)];
  return bits instanceof Map ? undefined : ['numbers by id in a Map as bits', kindOf(bits)];
}

function defectOf({ hold = new Map(), bits = new Map() }: Round, weights: readonly ScheduledWeight[]) {
  const byId = new Map(weights.map((weight) => [weight.id, weight]));
  const stranger = [...hold.keys(), ...bits.keys()].find((id) => !byId.has(id));
  if (stranger !== undefined) return ['weights of the plan', `'${String(stranger)}'`] as const;
  for (const [id, mask] of hold) {
    const defect = maskDefect(mask, id, byId.get(id)?.values.length ?? 0);
    if (defect !== undefined) return defect;
  }
  const refitted = [...bits.keys()].find((id) => byId.get(id)?.frozen.includes(1));
  return refitted === undefined
    ? undefined
    : (['new bits only where nothing is frozen', `'${refitted}'`] as const);
}

function maskDefect(mask: unknown, id: string, size: number): Defect | undefined {
  if (!(mask instanceof Uint8Array)) return [`a Uint8Array as the mask of '${id}'`, kindOf(mask)];
  if (mask.length !== size) return [`${size} values in the mask of '${id}'`, String(mask.length)];
  const other = mask.find((one) => one > 1);
  return other === undefined ? undefined : [`0 or 1 in the mask of '${id}'`, String(other)];
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `an object of ${value.constructor?.name ?? 'no class'}`;
}
