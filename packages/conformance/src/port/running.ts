import {
  decode,
  isLowbitError,
  type Batch,
  type ModelPort,
  type RunOptions,
  type RunOutputs,
} from '@lowbit/core';
import { sizeOf, type Applied } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { sameNumbers, show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { layersOf, weightsOf } from './weights.js';
import { watched, write } from './write.js';

/** Laws on how a port runs its model; none where it cannot, or nothing is known to run it on. */
export function runningLaws<M>({ make, makeBatches }: PortLawOptions<M>): readonly Law[] {
  if (makeBatches === undefined) return [];
  const law = (title: string, check: (port: ModelPort<M>, batches: readonly Batch[]) => Promise<void>) => ({
    title,
    async run() {
      const port = await make();
      if (port.run !== undefined) await check(port, makeBatches());
    },
  });
  return [
    law('runs batch by batch, and gives values that the caller may keep', checkOutputs),
    law('runs with the values that replace those of a weight, and with its own after that', checkReplace),
    law('gives the tensors that are wanted beside the outputs', checkWant),
    law('runs what it wrote', checkResult),
    law('is told by a typed error which weights and tensors it does not have', checkStrangers),
  ];
}

/** What the batches give, one after the other. */
export async function outputsOf<M>(
  port: ModelPort<M>,
  batches: readonly Batch[],
  options: RunOptions = {},
): Promise<readonly RunOutputs[]> {
  must(port.run !== undefined, () => 'the port cannot run its model');
  const all: RunOutputs[] = [];
  for await (const outputs of port.run(batches, options)) all.push(outputs);
  must(all.length === batches.length, () => `${batches.length} batches give ${all.length} results`);
  return all;
}

/** The batches, and each once more with its values the other way round, which gives something else. */
async function checkOutputs<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const names = Object.keys((await outputsOf(port, batches))[0] ?? {});
  const kept: (readonly [name: string, data: Float32Array, copy: Float32Array])[] = [];
  for await (const outputs of runOf(port, [...batches, ...batches.map(turned)])) {
    const found = difference(names, Object.keys(outputs));
    must(found === undefined, () => `names of outputs: ${found}`);
    for (const [name, { shape, data }] of Object.entries(outputs)) {
      const isWhole = data instanceof Float32Array && data.length === sizeOf(shape);
      must(
        isWhole,
        () => `'${name}' of shape ${show(shape)} has ${data.length} values in a ${data.constructor.name}`,
      );
      kept.push([name, data, data.slice()]);
    }
  }
  const changed = kept.find(([, data, copy]) => !sameNumbers(data, copy));
  must(changed === undefined, () => `'${changed?.[0]}' changes when a later batch is run`);
}

function turned({ inputs, ...rest }: Batch): Batch {
  const others = Object.entries(inputs).map(
    ([name, { shape, data }]) => [name, { shape, data: Array.from(data).toReversed() }] as const,
  );
  return { ...rest, inputs: Object.fromEntries(others) };
}

function runOf<M>(port: ModelPort<M>, batches: readonly Batch[]): AsyncIterable<RunOutputs> {
  must(port.run !== undefined, () => 'the port cannot run its model');
  return port.run(batches);
}

async function checkReplace<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const before = await outputsOf(port, batches);
  for (const { id, read } of await weightsOf(port)) {
    const values = await read();
    const same = await outputsOf(port, batches, { replace: new Map([[id, values.slice()]]) });
    must(isNear(same, before), () => `'${id}' with its own values computes something else`);
    const other = await outputsOf(port, batches, {
      replace: new Map([[id, values.map((value) => -value / 2)]]),
    });
    must(!isNear(other, before), () => `'${id}' with other values computes the same`);
    const again = await outputsOf(port, batches);
    must(isNear(again, before), () => `after other values of '${id}' the model computes something else`);
  }
  await checkTogether(port, batches);
}

/** Values of several weights count together: those of the first and of the last, each differ from both. */
async function checkTogether<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const weights = await weightsOf(port);
  const ends = [weights[0], weights.at(-1)].filter((weight) => weight !== undefined);
  if (weights.length < 2) return;
  const changed = await Promise.all(
    ends.map(async ({ id, read }) => {
      const values = (await read()).slice();
      return [id, values.map((value, i) => (i % 2 === 0 ? value : 0.75 * value))] as const;
    }),
  );
  const both = await outputsOf(port, batches, { replace: new Map(changed) });
  for (const [i, one] of changed.entries()) {
    const alone = await outputsOf(port, batches, { replace: new Map([one]) });
    const other = changed[1 - i]?.[0];
    must(
      !isNear(alone, both),
      () => `'${other}' with other values beside those of '${one[0]}' computes the same`,
    );
  }
}

async function checkWant<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const layers = await layersOf(port);
  const want = [...new Set(layers.flatMap(({ sites }) => sites.map(({ tensor }) => tensor)))];
  const plain = await outputsOf(port, batches);
  const all = await outputsOf(port, batches, { want });
  for (const [i, outputs] of all.entries()) {
    const expected = [...new Set([...Object.keys(plain[i] ?? {}), ...want])];
    const found = difference(expected.toSorted(), Object.keys(outputs).toSorted());
    must(found === undefined, () => `names of outputs and wanted tensors: ${found}`);
  }
}

/** Where all weights, and they alone, are quantized, the result computes what the original does with the values that were written. */
async function checkResult<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const tensors = new Map<string, Float32Array>();
  const results: Applied<M>[] = [];
  const told = watched(port, {
    added: (tensor, id) => tensors.set(id, decode(tensor)),
    applied: (applied) => results.push(applied),
  });
  await write(told);
  const run = results[0]?.run;
  must(run !== undefined, () => 'the port runs its model, and not what it writes');
  const expected = await outputsOf(port, batches, { replace: tensors });
  const given: RunOutputs[] = [];
  for await (const outputs of run(batches)) given.push(outputs);
  must(isNear(given, expected, 2 ** -12), () => 'the result does not compute what was written');
}

async function checkStrangers<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const none = 'conformance: no such name';
  for (const options of [{ replace: new Map([[none, new Float32Array(1)]]) }, { want: [none] }]) {
    const caught: unknown = await outputsOf(port, batches, options).catch((error: unknown) => error);
    const isTyped = isLowbitError(caught) && caught.code === 'invalid-argument';
    must(
      isTyped,
      () => `${show(Object.keys(options))} that the model does not have: no error 'invalid-argument'`,
    );
  }
}

/** How far outputs are off, as a part of the largest of each. */
export function largestChange(before: readonly RunOutputs[], after: readonly RunOutputs[]): number {
  const changes = before.flatMap((outputs, i) =>
    Object.entries(outputs).map(([name, { data }]) => {
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const others = after[i]?.[name]?.data ?? [];
      const change = data.reduce((most, value, k) => Math.max(most, Math.abs(value - (others[k] ?? NaN))), 0);
      return largest === 0 ? change : change / largest;
    }),
  );
  return Math.max(...changes);
}

/** Permits that a runtime computes a weight in another order when it may change. */
export function isNear(
  first: readonly RunOutputs[],
  second: readonly RunOutputs[],
  tolerance = 2 ** -16,
): boolean {
  return second.every((outputs, i) =>
    Object.entries(outputs).every(([name, { data }]) => {
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const others = first[i]?.[name]?.data ?? [];
      return data.every((value, k) => Math.abs(value - (others[k] ?? NaN)) <= tolerance * largest);
    }),
  );
}
