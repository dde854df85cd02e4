import { describe, expect, it } from 'vitest';
import { brokenSchedules, fallingSchedule, honestSchedule } from '../../test/broken-schedules.js';
import { failingLaws } from '../../test/failing-laws.js';
import { scheduleLaws } from './schedule-laws.js';

describe('scheduleLaws', () => {
  it('has a broken schedule for each law', () => {
    expect(Object.keys(brokenSchedules)).toEqual(scheduleLaws(honestSchedule).map(({ title }) => title));
  });

  it.each([honestSchedule, fallingSchedule])('finds nothing wrong with $name', async (schedule) => {
    expect(await failingLaws(scheduleLaws(schedule))).toEqual([]);
    expect(await failingLaws(scheduleLaws(schedule, { bits: 2, loss: false }))).toEqual([]);
  });

  it.each(Object.entries(brokenSchedules))('finds that one is broken: %s', async (title, schedule) => {
    const failures = await failingLaws(scheduleLaws(schedule));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });
});
