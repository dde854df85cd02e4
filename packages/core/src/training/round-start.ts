import type { TrainingCheckpoint } from './checkpoint.js';

/** A run as it was before a round began. */
export type RoundStart = Pick<TrainingCheckpoint, 'plan' | 'memory' | 'frozen' | 'variables'>;

/** Whether nothing was trained since: every value is what it was, or is held where the round put it. */
function isUntrained(
  { variables: before }: RoundStart,
  variables: ReadonlyMap<string, Float32Array>,
  frozen: TrainingCheckpoint['frozen'],
): boolean {
  return [...variables].every(([id, values]) => {
    const [start, mask] = [before.get(id), frozen.get(id)?.mask];
    return values.every((value, i) => mask?.[i] === 1 || Object.is(value, start?.[i]));
  });
}

/** The checkpoint of a run: as it is now, or, where the last of its rounds is untrained, as it was before that one. */
export function checkpointAt(
  now: RoundStart,
  before: RoundStart | undefined,
  rounds: TrainingCheckpoint['rounds'],
  run: Pick<TrainingCheckpoint, 'bits' | 'schedule' | 'scheduleOptions'>,
): TrainingCheckpoint {
  const kept = { format: 'lowbit-training', version: 1, ...run } as const;
  return before !== undefined && isUntrained(before, now.variables, now.frozen)
    ? { ...kept, rounds: rounds.slice(0, -1), ...before }
    : { ...kept, rounds: [...rounds], ...now };
}
