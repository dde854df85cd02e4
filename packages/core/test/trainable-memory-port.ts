import type { HeldValues } from '../src/adapter.js';
import type { SimulatedWeight, TrainablePort } from '../src/method.js';
import { memoryPort, type MemoryModel } from './memory-port.js';

/** A bag of matrices whose loss is the squared distance to another bag; `step` moves towards it. */
export interface TrainableMemory extends TrainablePort<MemoryModel> {
  /** One update of every value that is not held: a tenth of the way. */
  step(): void;
  readonly simulated: readonly SimulatedWeight[];
  readonly isReleased: boolean;
}

export function trainableMemory(model: MemoryModel, target: MemoryModel): TrainableMemory {
  const held = new Map<string, HeldValues>();
  const pin = () => {
    for (const [id, { values, mask }] of held)
      mask.forEach((one, i) => {
        if (one === 1) model[id]!.values[i] = values[i]!;
      });
  };
  let simulated: readonly SimulatedWeight[] = [];
  let isReleased = false;
  return {
    ...memoryPort(model),
    hold(id, values) {
      held.set(id, values);
      pin();
    },
    simulate: (weights) => void (simulated = weights),
    substitute: () => undefined,
    variables: () => new Map(Object.entries(model).map(([id, { values }]) => [id, values.slice()])),
    assign(values) {
      for (const [id, numbers] of values) model[id]!.values.set(numbers);
    },
    async loss(_batches, replaced) {
      return Object.entries(model).reduce(
        (sum, [id, { values }]) => sum + distance(replaced.get(id) ?? values, target[id]!.values),
        0,
      );
    },
    release() {
      held.clear();
      isReleased = true;
    },
    step() {
      for (const [id, { values }] of Object.entries(model))
        values.forEach((value, i) => (values[i] = value + 0.1 * (target[id]!.values[i]! - value)));
      pin();
    },
    get simulated() {
      return simulated;
    },
    get isReleased() {
      return isReleased;
    },
  };
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}
