import { decode, encode, type Batch } from '@lowbit/core';
import type { HeldValues } from '@lowbit/core/adapter';
import type { FittedSite, SimulatedWeight, TrainablePort } from '@lowbit/core/method';
import type { TrainedModel } from '../src/index.js';
import { checkLabelled, memoryModel, memoryPort, type MemoryModel } from './memory-port.js';

/** A trainable port on a model in memory that keeps every law; training adds to every value. */
export function trainableMemory(): TrainedModel<MemoryModel> {
  const model = memoryModel() as Record<string, number[]>;
  const held = new Map<string, HeldValues>();
  const state = {
    simulated: [] as readonly SimulatedWeight[],
    sites: new Map() as ReadonlyMap<string, FittedSite>,
  };
  const set = (id: string, values: ArrayLike<number>) => {
    const { mask, values: own } = held.get(id) ?? {};
    const next = Array.from(values, (value, i) => (mask?.[i] === 1 ? (own?.[i] ?? value) : value));
    model[id]?.splice(0, next.length, ...next);
  };
  const inner = memoryPort(model);
  const port: TrainablePort<MemoryModel> = {
    ...inner,
    run(batches, options = {}) {
      const quantized = state.simulated.map((weight) => {
        const values = Float32Array.from(model[weight.id] ?? []);
        return [weight.id, simulate(values, weight)] as const;
      });
      return inner.run!(state.sites.size === 0 ? batches : clipped(batches), {
        ...options,
        replace: new Map([...quantized, ...(options.replace ?? [])]),
      });
    },
    hold(id, values) {
      held.set(id, values);
      set(id, model[id] ?? []);
    },
    simulate: (weights) => void (state.simulated = weights),
    substitute: (sites) => void (state.sites = sites),
    variables: () => new Map(Object.entries(model).map(([id, values]) => [id, Float32Array.from(values)])),
    assign: (values) => values.forEach((numbers, id) => set(id, numbers)),
    async loss(batches, replaced) {
      batches.forEach(checkLabelled);
      const all = Object.entries(model).flatMap(([id, values]) => Array.from(replaced.get(id) ?? values));
      return all.reduce((sum, value) => sum + value * value, 0);
    },
    release() {
      held.clear();
      Object.assign(state, { simulated: [], sites: new Map() });
    },
  };
  const train = () =>
    Object.entries(model).forEach(([id, values]) =>
      set(
        id,
        values.map((value) => Math.fround(value + 0.125)),
      ),
    );
  return { port, train };
}

function simulate(values: Float32Array, { bits, quantizer, options }: SimulatedWeight): Float32Array {
  const context = { role: 'weight', bits, options, random: () => 0 } as const;
  return decode(
    encode(values, [values.length], 'tensor', { bits, fit: (slice) => quantizer.fit(slice, context) }),
  );
}

/** Inputs that do not pass 0.75. */
async function* clipped(batches: Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const { shape, data } = batch.inputs['x'] as Batch['inputs'][string];
    const x = { shape, data: Array.from(data, (value) => Math.min(0.75, value)) };
    yield { ...batch, inputs: { x } };
  }
}
