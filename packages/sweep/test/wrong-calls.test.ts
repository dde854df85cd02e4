import { expect, it } from 'vitest';
import { rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as sweep from '../src/index.js';
import * as node from '../src/node/index.js';

const module = new URL('../fixtures/open-chain.mjs', import.meta.url);
const { open } = (await import(module.href)) as { open: () => Promise<sweep.OpenedModel> };
const opened = await open();
const tasks = await sweep.measureTasks(opened, [2]);
const outcomes = await sweep.runTasks(tasks, sweep.localRunner(opened));
const grid = () => ({ weights: ['min-max'], bits: [4], granularity: ['channel'] });
const closed = async (runner: sweep.JobRunner) => runner.close();

const calls: Readonly<Record<string, RightCall>> = {
  contentHash: { right: () => [{ a: 1 }] },
  measureTasks: { right: () => [opened, [2, 4], {}] },
  trialTasks: { right: () => [opened, grid()] },
  localRunner: { right: () => [opened] },
  runTasks: { right: () => [tasks, sweep.localRunner(opened), {}] },
  shard: { right: () => [tasks, 1, 2] },
  memoryStore: { right: () => [] },
  measurementsOf: { right: () => [outcomes] },
  trialsOf: { right: () => [outcomes] },
  folderStore: { right: () => ['results'] },
  hashFiles: { right: () => [[], {}] },
  threadRunner: { right: () => [{ module, context: {} }] },
  'options of threadRunner': {
    right: () => [module, {}, 'chain', 2],
    call: (module: never, context: never, identity: never, threads: never) =>
      closed(node.threadRunner({ module, context, identity, ...(threads === undefined ? {} : { threads }) })),
  },
  queueRunner: {
    right: () => [{}],
    call: (given: never) => refused(() => node.queueRunner(given)),
  },
  'options of queueRunner': {
    right: () => ['redis://127.0.0.1:1', 'lowbit'],
    call: (url: never, queue: never) =>
      refused(() => node.queueRunner({ url, queue, context: {}, identity: 'chain' })),
  },
  'options of serveQueue': {
    right: () => ['redis://127.0.0.1:1', 'lowbit', 1],
    call: (url: never, queue: never, threads: never) =>
      refused(() => node.serveQueue({ url, queue, threads, module })),
  },
  serveQueue: { right: () => [{}], call: (given: never) => refused(() => node.serveQueue(given)) },
};

/** There is no Redis: the right call is refused too. */
async function refused(call: () => Promise<unknown>): Promise<void> {
  await call().catch((error: unknown) => {
    if (Object(error).code === undefined || Object(error).name !== 'LowbitError') throw error;
  });
}

it('what is called wrongly is told', { timeout: 60_000 }, async () => {
  expect(await rawFailures({ ...sweep, ...node }, calls)).toEqual([]);
});
