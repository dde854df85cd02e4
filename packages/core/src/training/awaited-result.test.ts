import { expect, test } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { trainableMemory } from '../../test/trainable-memory-port.js';
import { registry, train } from '../index.js';

function newRun() {
  const bag = () => ({ a: { shape: [2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) } });
  return train(trainableMemory(bag(), bag()), { registry: registry([coarse()]), bits: 4 });
}

async function loop(run: ReturnType<typeof newRun>): Promise<number> {
  let rounds = 0;
  for await (const { number } of run) rounds += number + 1;
  return rounds;
}

const nobody = { code: 'invalid-argument', where: 'run.result' };

test('a result that is waited for before any iteration rejects and says what to do', async () => {
  const run = newRun();
  await expect(run.result).rejects.toMatchObject({
    ...nobody,
    remedy: expect.stringContaining('for await') as string,
  });
  await expect(Promise.all([run.result])).rejects.toMatchObject(nobody);
  expect(await run.result.catch(() => 'caught')).toBe('caught');
  // The run itself goes on as ever.
  expect(await loop(run)).toBe(1);
  expect((await run.result).rounds).toHaveLength(1);
  expect((await run.result.finally(() => undefined)).rounds).toHaveLength(1);
});

test('the loop may begin beside it, before or after, in the same turn', async () => {
  const [first, second, third] = [newRun(), newRun(), newRun()];
  const [rounds, one] = await Promise.all([loop(first), first.result]);
  expect([rounds, one.rounds.length]).toEqual([1, 1]);
  const [two] = await Promise.all([second.result, loop(second)]);
  expect(two.rounds).toHaveLength(1);
  const later = Promise.resolve().then(() => loop(third));
  const [three] = await Promise.all([third.result, later]);
  expect(three.rounds).toHaveLength(1);
});

const after = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

test.each([0, 50])('the loop may open its data first, for %i milliseconds', async (milliseconds) => {
  const run = newRun();
  const opened = async () => {
    await after(milliseconds);
    return loop(run);
  };
  const [rounds, { rounds: told }] = await Promise.all([opened(), run.result]);
  expect([rounds, told.length]).toEqual([1, 1]);
});

test('work that blocks the host before the loop is no second', async () => {
  const run = newRun();
  const early = run.result.then(({ rounds }) => rounds.length);
  const until = Date.now() + 1200;
  while (Date.now() < until);
  await after(0);
  await loop(run);
  expect(await early).toBe(1);
});

test('a result that is kept and waited for after the loop is as ever', async () => {
  const { result, ...run } = newRun();
  await after(5);
  expect(await loop(run as ReturnType<typeof newRun>)).toBe(1);
  expect((await result).rounds).toHaveLength(1);
});

test('nobody has to look at a result that fails', async () => {
  let unhandled = 0;
  const count = () => void unhandled++;
  process.on('unhandledRejection', count);
  const run = newRun();
  for await (const round of run) if (round.number === 0) break;
  newRun();
  const early = newRun();
  const kept = [early.result.then(() => 'never'), early.result.finally(() => undefined), run.result.then()];
  await Promise.allSettled([early.result]);
  await after(5);
  expect(unhandled).toBe(0);
  await expect(kept[0]).rejects.toMatchObject(nobody);
  await expect(kept[1]).rejects.toMatchObject(nobody);
  // What the caller's own functions throw is told as ever.
  void run.result.catch(() => Promise.reject(new Error('mine')));
  void run.result.then(undefined, () => Promise.reject(new Error('mine')));
  await after(5);
  process.off('unhandledRejection', count);
  expect(unhandled).toBe(2);
  await expect(run.result).rejects.toMatchObject({ code: 'aborted' });
});
