import type { Schedule } from '@lowbit/core';
import type { Round, ScheduleState } from '@lowbit/core/method';

/** Freezes a third of each weight, then another, then the rest. */
export const honestSchedule: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'thirds',
  next: (state) => (state.finished === 3 ? null : third(state)),
};

/** Lowers bits over time. */
export const fallingSchedule: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'falling',
  simulates: true,
  next: ({ finished, weights }) =>
    finished === 3
      ? null
      : { name: `step ${finished}`, bits: new Map(weights.map(({ id }) => [id, 8 >> finished])) },
};

function third({ finished, weights }: ScheduleState): Round {
  const mask = (values: Float32Array) => Uint8Array.from(values, (_, i) => (i % 3 <= finished ? 1 : 0));
  return { name: `third ${finished}`, hold: new Map(weights.map(({ id, values }) => [id, mask(values)])) };
}

function changed(change: (round: Round, state: ScheduleState) => Round): Schedule {
  return {
    ...honestSchedule,
    next: (state) => (state.finished === 3 ? null : change(third(state), state)),
  };
}

let asked = 0;

/** For each law a schedule that breaks this one and no other. */
export const brokenSchedules: Readonly<Record<string, Schedule>> = {
  'declares its kind, api and name': { ...honestSchedule, name: '' },
  'comes to an end': {
    ...fallingSchedule,
    next: ({ finished, weights }) => ({
      name: 'on and on',
      bits: new Map(weights.map(({ id }) => [id, 2 + (finished % 2)])),
    }),
  },
  'names every round': changed((round, { finished }) => ({
    ...round,
    name: finished === 1 ? ' ' : round.name,
  })),
  'holds weights of the plan, with a mask as long as the weight': changed((round) => ({
    ...round,
    hold: new Map([...(round.hold ?? []), ['ghost', new Uint8Array(3)]]),
  })),
  'freezes more or changes bits in every round': {
    ...honestSchedule,
    next: (state) =>
      state.finished === 4
        ? null
        : state.finished === 0
          ? { name: 'warm-up' }
          : third({ ...state, finished: state.finished - 1 }),
  },
  'changes bits only where nothing is frozen': changed((round, { finished }) =>
    finished === 2 ? { ...round, bits: new Map([['w1', 3]]) } : round,
  ),
  'has frozen everything in the end, unless it simulates': {
    ...honestSchedule,
    next: (state) => (state.finished === 2 ? null : third(state)),
  },
  'does not change the weights that it is shown': {
    ...honestSchedule,
    next(state) {
      if (state.finished === 3) return null;
      const weight = state.weights[1];
      if (weight !== undefined) weight.quantized[weight.quantized.length - 1] = 7;
      return third(state);
    },
  },
  'remembers plain JSON between rounds': {
    ...honestSchedule,
    next(state) {
      state.memory['seen'] = new Map([[state.finished, 1]]);
      return state.finished === 3 ? null : third(state);
    },
  },
  'keeps nothing of a run in itself': {
    ...honestSchedule,
    next(state) {
      if (state.finished === 0) asked = state.weights[0]?.values[0] ?? 0;
      return state.finished === 3 ? null : { ...third(state), name: `third of ${asked}` };
    },
  },
};
