import { isLowbitError, type Batch, type ModelPort, type RunOptions, type RunOutputs } from '@lowbit/core';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { layersOf, weightsOf } from './weights.js';

/** Laws on how a port runs its model; none where it cannot, or nothing is known to run it on. */
export function runningLaws<M>({ make, makeBatches }: PortLawOptions<M>): readonly Law[] {
  if (makeBatches === undefined) return [];
  return [
    {
      title: 'runs with the values that replace those of a weight, and with its own after that',
      run: async () => checkReplace(await make(), makeBatches()),
    },
    {
      title: 'gives the tensors that are wanted beside the outputs',
      run: async () => checkWant(await make(), makeBatches()),
    },
    {
      title: 'is told by a typed error which weights and tensors it does not have',
      run: async () => checkStrangers(await make(), makeBatches()),
    },
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
}

async function checkWant<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const layers = await layersOf(port);
  const want = [...new Set(layers.flatMap(({ sites }) => sites.map(({ tensor }) => tensor)))];
  const plain = await outputsOf(port, batches);
  const all = await outputsOf(port, batches, { want });
  for (const [i, outputs] of all.entries()) {
    const missing = [...Object.keys(plain[i] ?? {}), ...want].find((name) => !Object.hasOwn(outputs, name));
    must(missing === undefined, () => `'${missing}' is not among ${show(Object.keys(outputs))}`);
  }
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

/** Permits that a runtime computes a weight in another order when it may change. */
export function isNear(first: readonly RunOutputs[], second: readonly RunOutputs[]): boolean {
  return second.every((outputs, i) =>
    Object.entries(outputs).every(([name, { data }]) => {
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const others = first[i]?.[name]?.data ?? [];
      return data.every((value, k) => Math.abs(value - (others[k] ?? NaN)) <= 2 ** -16 * largest);
    }),
  );
}
