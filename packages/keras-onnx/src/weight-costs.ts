import type { QuantizedTensor } from '@lowbit/core';
import { defined, sizeOf, standIns, type CostEntry, type StorageCost } from '@lowbit/core/adapter';
import { totalCost } from '@lowbit/core/method';
import type { KerasModel } from '@lowbit/keras';
import { buildGraph, type GraphOptions } from './build-graph.js';
import { arrangedShape, arrangeUniform, type Arrangement } from './graph/arrange.js';

/** A weight as a port describes it. */
type Weight = Parameters<typeof standIns>[0] & { readonly id: string };

/** Where a weight stands in the graph. */
interface Place {
  readonly name: string;
  readonly arrangement: Arrangement;
}

/**
 * Tells what weights of a model would take in its ONNX file. No weight is read for it.
 *
 * @param ids Those that may be asked for.
 */
export async function weightCosts(
  model: KerasModel,
  ids: ReadonlySet<string>,
  options: GraphOptions,
): Promise<(weight: Weight, entry: CostEntry) => StorageCost> {
  const places = new Map<string, Place[]>();
  const builder = await buildGraph(model, options, (own, { id, shape }, arrangement) => {
    const dims = arrangedShape(shape, arrangement);
    if (!ids.has(id)) return own.constant(id, 'float32', dims, new Float32Array(sizeOf(shape)));
    const name = own.weight(id, zeros(axesOf(shape, arrangement)), { dims });
    places.set(id, [...(places.get(id) ?? []), { name, arrangement }]);
    return name;
  });
  const costOf = builder.costs();
  return (weight, entry) => {
    const tensors = standIns(weight, entry);
    const costs = (places.get(weight.id) ?? []).map(({ name, arrangement }) => {
      const arranged = tensors.map((tensor) => arrangeUniform(tensor, arrangement));
      const whole = arranged.filter((tensor) => tensor !== undefined);
      return whole.length < arranged.length ? floats(weight.shape) : costOf(name, whole);
    });
    return costs.length === 1 ? costs[0]! : totalCost(costs);
  };
}

/** The shape in which the axes of a weight stand, whatever shape operators take. */
const axesOf = (shape: readonly number[], { axes }: Arrangement): readonly number[] =>
  arrangedShape(shape, defined({ axes }));

/** What holds the place of a weight, whose values do not matter. */
const zeros = (shape: readonly number[]): QuantizedTensor => ({
  shape,
  slicing: 'tensor',
  bits: 8,
  codes: new Uint8Array(sizeOf(shape)),
  scheme: { kind: 'affine', levels: 256, scale: Float32Array.of(1) },
  parameterStorage: 'float32',
});

/** Of a weight whose groups would be torn apart. */
function floats(shape: readonly number[]): StorageCost {
  const bytes = sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
  return { storedBytes: bytes, memoryBytes: bytes, float: true };
}
