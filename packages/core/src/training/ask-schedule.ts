import { LowbitError } from '../errors/error.js';
import { ownCopy } from '../plugin/own-copy.js';
import { pluginFailure } from '../plugin/safely.js';
import type { Round, Schedule, ScheduleState } from '../contract/schedule.js';
import { checkRound } from './check-round.js';

/** Asks for the next round; what the schedule throws or gets wrong is reported with its name. */
export async function askSchedule(schedule: Schedule, state: ScheduleState): Promise<Round | null> {
  const round = await nextSafely(schedule, state);
  checkMemory(state.memory, schedule.name);
  if (round !== null) checkRound(round, schedule.name, state.weights);
  return round;
}

async function nextSafely(schedule: Schedule, state: ScheduleState): Promise<Round | null> {
  try {
    return await schedule.next({ ...state, weights: ownCopy(state.weights), options: { ...state.options } });
  } catch (error) {
    throw pluginFailure(`schedule '${schedule.name}'`, error);
  }
}

/** Throws `plugin-failed` for a memory that cannot be stored. */
function checkMemory(memory: ScheduleState['memory'], schedule: string): void {
  try {
    JSON.stringify(memory);
  } catch (error) {
    throw new LowbitError({
      code: 'plugin-failed',
      where: `schedule '${schedule}': memory`,
      expected: 'plain JSON',
      received: error instanceof Error ? error.message : String(error),
      remedy: "Report this to the schedule's author.",
    });
  }
}
