import type { CostEntry, StorageCost } from '../contract/storage-cost.js';
import type { WeightDescriptor } from '../contract/descriptors.js';
import { checkHas, checkListOf } from '../errors/check-kinds.js';
import { packedTensorBytes } from '../scheme/container.js';
import { outlinedSchemes } from '../scheme/outline.js';
import { sizeOf } from '../scheme/shape.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { slicingOf } from './granularity.js';
import { valueBytesOf } from '../contract/value-bytes.js';

/** What is looked at of a weight: values never. */
type WeightOutline = Pick<WeightDescriptor, 'shape' | 'outputAxes' | 'inputAxis'>;

/**
 * Tensors of zeros for a weight, of every kind that the entry leaves open: in whatever form a port writes such a weight, one of them
 * takes as many bytes.
 */
export function standIns(weight: WeightOutline, entry: CostEntry): readonly QuantizedTensor[] {
  const where = 'standIns(weight, entry)';
  checkHas(weight, ['shape', 'outputAxes'], where, 'a weight as a port describes it');
  checkHas(
    entry,
    ['bits', 'granularity', 'parameterStorage', 'scheme'],
    where,
    'what is asked about the cost of a weight',
  );
  const { bits, granularity, parameterStorage } = entry;
  const slicing = slicingOf(granularity, weight);
  const { count } = sliceLayout(weight.shape, slicing);
  const size = sizeOf(weight.shape);
  const codes = bits > 8 ? new Uint16Array(size) : new Uint8Array(size);
  const shape = [...weight.shape];
  return outlinedSchemes(entry.scheme, count).map((scheme) => ({
    shape,
    slicing,
    bits,
    codes,
    scheme,
    parameterStorage,
  }));
}

/** What a weight costs packed in lowbit's own container and expanded to float32 in memory. */
export function packedCost(weight: WeightOutline, entry: CostEntry): StorageCost {
  return {
    storedBytes: Math.max(...standIns(weight, entry).map(packedTensorBytes)),
    memoryBytes: Float32Array.BYTES_PER_ELEMENT * sizeOf(weight.shape),
  };
}

/** What weights cost together. */
export function totalCost(costs: readonly StorageCost[]): StorageCost {
  checkListOf(isCost, costs, 'totalCost(costs)', 'a list of costs');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const once = new Map<string, number>();
  for (const [key, bytes] of costs.flatMap(({ shared = {} }) => Object.entries(shared)))
    once.set(key, Math.max(bytes, once.get(key) ?? 0));
  const own = costs.map(({ storedBytes, shared = {} }) => storedBytes - sum(Object.values(shared)));
  const isPart = costs.some(({ valueBytes }) => valueBytes !== undefined);
  return {
    storedBytes: sum(own) + sum([...once.values()]),
    ...(isPart && { valueBytes: sum(costs.map(valueBytesOf)) }),
    memoryBytes: sum(costs.map(({ memoryBytes }) => memoryBytes)),
    ...(costs.length > 0 && costs.every(({ float }) => float === true) && { float: true as const }),
  };
}

const isCost = (value: unknown): boolean => typeof Object(value).storedBytes === 'number';
