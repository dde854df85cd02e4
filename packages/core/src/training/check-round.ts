import { LowbitError } from '../errors/error.js';
import type { Round, ScheduledWeight } from '../plugin/schedule.js';

/** Throws `plugin-failed` unless the round is one that can be carried out on these weights. */
export function checkRound(round: Round, schedule: string, weights: readonly ScheduledWeight[]): void {
  if (typeof round !== 'object') throw badRound(schedule, 'a round, or null at the end', typeof round);
  const byId = new Map(weights.map((weight) => [weight.id, weight]));
  for (const [id, mask] of round.hold ?? []) {
    const size = byId.get(id)?.values.length;
    if (size === undefined) throw badRound(schedule, 'weights of the plan', `'${id}'`);
    if (mask.length !== size) throw badRound(schedule, `${size} values in the mask of '${id}'`, mask.length);
  }
  for (const id of round.bits?.keys() ?? []) {
    const weight = byId.get(id);
    if (weight === undefined) throw badRound(schedule, 'weights of the plan', `'${id}'`);
    if (weight.frozen.includes(1))
      throw badRound(schedule, 'new bits only where nothing is frozen', `'${id}'`);
  }
}

function badRound(schedule: string, expected: string, received: string | number): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where: `schedule '${schedule}'`,
    expected,
    received: String(received),
    remedy: "Report this to the schedule's author.",
  });
}
