import type { Schedule } from '@lowbit/core';
import { pluginApi, type Round } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import { mostRounds, rehearse, type Rehearsal, type ScheduleLawOptions } from './rehearse.js';

/**
 * The laws that every schedule keeps, tried on a made-up network of four weights.
 *
 * @example
 * for (const law of scheduleLaws(slqSchedule(), { quantizer: slq() })) test(law.title, law.run);
 */
export function scheduleLaws(schedule: Schedule, options: ScheduleLawOptions = {}): readonly Law[] {
  const each = async (check: (rehearsal: Rehearsal) => void) => {
    for (const rehearsal of await allRounds(schedule, options)) check(rehearsal);
  };
  return [
    { title: 'declares its kind, api and name', run: () => checkDeclaration(schedule) },
    { title: 'comes to an end', run: () => checkEnd(schedule, options) },
    { title: 'names every round', run: () => each(checkName) },
    { title: 'holds weights of the plan, with a mask as long as the weight', run: () => each(checkMasks) },
    { title: 'freezes more or changes bits in every round', run: () => each(checkProgress) },
    { title: 'changes bits only where nothing is frozen', run: () => each(checkBits) },
    {
      title: 'has frozen everything in the end, unless it simulates',
      run: () => checkAllFrozen(schedule, options),
    },
    { title: 'does not change the weights that it is shown', run: () => checkUnchanged(schedule, options) },
    { title: 'remembers plain JSON between rounds', run: () => each(checkMemory) },
    { title: 'keeps nothing of a run in itself', run: () => checkStateless(schedule, options) },
  ];
}

async function allRounds(schedule: Schedule, options: ScheduleLawOptions, seed = 11): Promise<Rehearsal[]> {
  const all: Rehearsal[] = [];
  for await (const rehearsal of rehearse(schedule, options, seed)) all.push(rehearsal);
  return all;
}

function checkDeclaration({ kind, api, name }: Schedule): void {
  must(kind === 'schedule', () => `kind is ${show(kind)}, not 'schedule'`);
  must(api === pluginApi, () => `api is ${show(api)}, not ${pluginApi}`);
  must(typeof name === 'string' && name.length > 0, () => `name ${show(name)} is empty`);
}

async function checkEnd(schedule: Schedule, options: ScheduleLawOptions): Promise<void> {
  const rounds = await allRounds(schedule, options);
  must(rounds.length > 0, () => 'there is no round at all');
  must(rounds.length < mostRounds, () => `there are ${mostRounds} rounds and more`);
}

function checkName({ round, state }: Rehearsal): void {
  const isNamed = typeof round.name === 'string' && round.name.trim() !== '';
  must(isNamed, () => `round ${state.finished} has the name ${show(round.name)}`);
}

function checkMemory({ lost, state }: Rehearsal): void {
  must(lost === undefined, () => `after round ${state.finished}: ${lost}`);
}

function checkMasks({ round, state }: Rehearsal): void {
  for (const [id, mask] of round.hold ?? []) {
    const weight = state.weights.find((each) => each.id === id);
    must(weight !== undefined, () => `round ${state.finished} holds '${id}', which is no weight of the plan`);
    const isMask = mask instanceof Uint8Array && mask.every((one) => one === 0 || one === 1);
    must(isMask, () => `round ${state.finished}: the mask of '${id}' is not made of 0 and 1`);
    const size = weight.values.length;
    must(
      mask.length === size,
      () => `round ${state.finished}: ${mask.length} values in the mask of '${id}', not ${size}`,
    );
  }
}

function checkProgress({ round, state, frozen }: Rehearsal): void {
  const before = state.weights.reduce((sum, weight) => sum + ones(weight.frozen), 0);
  const after = [...frozen.values()].reduce((sum, mask) => sum + ones(mask), 0);
  const changes = state.weights.some(({ id, bits }) => (round.bits?.get(id) ?? bits) !== bits);
  const isFirst = state.finished === 0 && (round.bits?.size ?? 0) > 0;
  must(
    after > before || changes || isFirst,
    () => `round ${state.finished} ('${round.name}') changes nothing`,
  );
}

function checkBits({ round, state }: Rehearsal): void {
  for (const [id, bits] of round.bits ?? []) {
    const weight = state.weights.find((each) => each.id === id);
    must(
      weight !== undefined,
      () => `round ${state.finished} gives bits to '${id}', which is no weight of the plan`,
    );
    must(
      Number.isInteger(bits) && bits >= 1 && bits <= 16,
      () => `round ${state.finished}: ${bits} bits for '${id}'`,
    );
    must(
      ones(weight.frozen) === 0,
      () => `round ${state.finished} changes the bits of '${id}', which has frozen values`,
    );
  }
}

async function checkAllFrozen(schedule: Schedule, options: ScheduleLawOptions): Promise<void> {
  if (schedule.simulates) return;
  const last = (await allRounds(schedule, options)).at(-1);
  for (const [id, mask] of last?.frozen ?? []) {
    const free = mask.length - ones(mask);
    must(free === 0, () => `${free} of ${mask.length} values of '${id}' are still free after the last round`);
  }
}

async function checkUnchanged(schedule: Schedule, options: ScheduleLawOptions): Promise<void> {
  const watched: Schedule = {
    ...schedule,
    async next(state) {
      const before = state.weights.map(contents);
      const round = await schedule.next(state);
      state.weights.map(contents).forEach((after, i) => {
        must(after === before[i], () => `'${state.weights[i]?.id}' was changed in round ${state.finished}`);
      });
      return round;
    },
  };
  await allRounds(watched, options);
}

function contents({ values, quantized, frozen, tensor }: Rehearsal['state']['weights'][number]): string {
  return [values, quantized, frozen, tensor.codes].map((numbers) => numbers.join()).join(';');
}

/** Two runs on different networks by turns give the rounds that each gives alone. */
async function checkStateless(schedule: Schedule, options: ScheduleLawOptions): Promise<void> {
  const alone = [await allRounds(schedule, options, 21), await allRounds(schedule, options, 31)];
  const runs = [rehearse(schedule, options, 21), rehearse(schedule, options, 31)];
  const turns = Math.max(...alone.map((rounds) => rounds.length));
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, run] of runs.entries()) {
      const received = (await run.next()).value as Rehearsal | undefined;
      const expected = alone[i]?.[turn];
      const same = written(received?.round) === written(expected?.round);
      must(same, () => `round ${turn} is another one when a second run goes on beside it`);
    }
  }
}

function written(round: Round | undefined): string {
  if (round === undefined) return 'none';
  const hold = [...(round.hold ?? [])].map(([id, mask]) => `${id}:${mask.join('')}`).sort();
  const bits = [...(round.bits ?? [])].map(([id, width]) => `${id}=${width}`).sort();
  return [round.name, ...hold, ...bits].join('\n');
}

function ones(mask: Uint8Array): number {
  return mask.reduce((sum, one) => sum + one, 0);
}
