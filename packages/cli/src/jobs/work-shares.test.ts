import { expect, it } from 'vitest';

import {
  missingShares,
  missingText,
  shareCommand,
  type Shared,
  shareMark,
  withShares,
} from './work-shares.js';

const tasks = Array.from({ length: 11 }, (_, i) => ({ key: String(i) }));
const command = ['measure', 'my model.onnx', '--calibrate', 'photos'];
const mark = (index: number, count: number, of = tasks) => shareMark(of, { index, count }, command);
const known: Shared<{ format: string }> = { format: 'x' };

it('work that is done at once has no shares', async () => {
  expect(await shareMark(tasks, undefined, command)).toEqual({});
  expect(await mark(1, 1)).toEqual({});
});

it('shares that are put together in any order and number of steps tell what is missing, until nothing is', async () => {
  const [first, second, third, last] = await Promise.all([1, 2, 3, 4].map((index) => mark(index, 4)));
  const some = withShares({ ...known, ...first }, [first, third, third]);
  expect(some.shares).toMatchObject([{ of: 4, jobs: 11, done: [1, 3], command }]);
  // Jobs 2, 6 and 10; 4 and 8.
  expect(missingText(some.shares)).toBe(
    'missing: shares 2 and 4 of 4, 5 of 11 jobs\n' +
      "  lowbit measure 'my model.onnx' --calibrate photos --shard 2/4 --output share-2-of-4.json\n" +
      "  lowbit measure 'my model.onnx' --calibrate photos --shard 4/4 --output share-4-of-4.json\n",
  );
  const more = withShares(known, [last, some]);
  expect(missingText(more.shares)).toContain('missing: share 2 of 4, 3 of 11 jobs\n');
  const whole = withShares({ ...known, ...more }, [more, second]);
  expect(whole).toEqual(known);
  expect(missingText(whole.shares)).toBe('');
});

it('of many shares not every command is printed', async () => {
  const many = Array.from({ length: 100 }, (_, i) => ({ key: String(i) }));
  const { shares } = withShares(known, [await mark(3, 20, many)]);
  const lines = missingText(shares).trimEnd().split('\n');
  expect(lines).toHaveLength(8);
  expect(lines.at(-1)).toBe('  and so on, to --shard 20/20');
  expect(shareCommand(shares![0]!, missingShares(shares![0]!)[0]!)).toContain('--shard 1/20');
});

it('shares of other work, or in another number, are others', async () => {
  const { shares } = withShares(known, [
    await mark(1, 2),
    await mark(2, 3),
    await mark(2, 2, tasks.slice(1)),
  ]);
  expect(shares?.map(missingShares)).toEqual([[2], [1, 3], [1]]);
});

it('of more shares than jobs those without a job are not missed', async () => {
  const two = tasks.slice(0, 2);
  expect(withShares(known, [await mark(1, 5, two), await mark(2, 5, two)])).toEqual(known);
});

it.each([1, 'all', [1], [{}], [{ work: 'w', of: 2, jobs: 3, done: ['1'], command }], [{ of: 1e9 }]])(
  'what is no list of shares is left out: %j',
  (shares) => {
    expect(withShares<object>({ ...known, shares } as never, [{ shares }])).toEqual(known);
  },
);
