import {
  decode,
  LowbitError,
  type Batch,
  type Calibration,
  type FeatureSet,
  type ObserveOptions,
  type LayerDescriptor,
  type ModelPort,
  type QuantizedTensor,
  type RunOptions,
  type RunOutputs,
  type WeightDescriptor,
} from '@lowbit/core';
import {
  checkedWriter,
  type InputsOfWeights,
  mostInputRows,
  type ObservedInputs,
  type ObserveInputsOptions,
  packedCost,
  packedTensorBytes,
  rowGatherer,
  type ModelWriter,
} from '@lowbit/core/adapter';
import { statisticsCollector, type Applied } from '@lowbit/core/method';

/** A model in memory: weights by id, as lists of numbers. */
export type MemoryModel = Readonly<Record<string, readonly number[]>>;

const shapes: Readonly<Record<string, readonly number[]>> = { first: [4, 6], second: [3, 5] };

/** Two dense layers of made-up numbers, the first of which may be broken. */
export function memoryModel(first = 0.5): MemoryModel {
  return {
    first: Array.from({ length: 24 }, (_, i) => Math.fround(i === 3 ? first : Math.sin(i))),
    second: Array.from({ length: 15 }, (_, i) => Math.fround(Math.cos(i))),
  };
}

/** A port that keeps every law. */
export function memoryPort(model: MemoryModel): ModelPort<MemoryModel> {
  return {
    name: 'memory',
    supports: { parameterStorage: ['float32'], activations: true },
    layers: () => Object.keys(model).map((id, depth) => layerOf(id, depth, model)),
    cost: packedCost,
    write: (outcome) => checkedWriter(outcome, () => writer(model)),
    form: { order: 'rows' },
    inForm(form) {
      if (form['order'] === 'rows') return memoryPort(model);
      throw new LowbitError({ code: 'plan-mismatch', where: 'form' });
    },
    run: (batches, options) => run(model, batches, options),
    observe: (batches, options) => observe(model, batches, options),
    observeInputs,
    features,
  };
}

function layerOf(id: string, depth: number, model: MemoryModel): LayerDescriptor {
  return {
    id: `layer-${id}`,
    op: 'Dense',
    depth,
    weights: [weightOf(id, model)],
    sites: [{ id: `${id}/input`, tensor: 'x', side: 'input' }],
  };
}

/** The values of x, over and over. */
const rowOf = ({ inputs }: Batch, width: number): Float32Array => {
  const { data } = inputs['x'] as Batch['inputs'][string];
  return Float32Array.from({ length: width }, (_, i) => data[i % data.length] as number);
};

/** Products of each weight's rows with the input, over and over; tells of nothing but its weights and x. */
async function* run(
  model: MemoryModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { replace = new Map(), want = [] }: RunOptions = {},
): AsyncGenerator<RunOutputs> {
  const unknown = [
    ...[...replace.keys()].filter((id) => !(id in model)),
    ...want.filter((one) => one !== 'x'),
  ];
  if (unknown.length > 0) throw new LowbitError({ code: 'invalid-argument', where: unknown.join() });
  for await (const batch of batches) {
    const { shape, data } = batch.inputs['x'] as Batch['inputs'][string];
    const outputs = Object.entries(model).map(([id, own]) => {
      const values = Float32Array.from(replace.get(id) ?? own);
      const [channels = 0, width = 0] = shapes[id] as readonly number[];
      const row = rowOf(batch, width);
      const sums = Float32Array.from({ length: channels }, (_, channel) =>
        row.reduce((sum, value, i) => sum + value * (values[channel * width + i] as number), 0),
      );
      return [`y of ${id}`, { shape: [channels], data: sums }] as const;
    });
    const wanted = want.map((name) => [name, { shape, data: Float32Array.from(data) }] as const);
    yield Object.fromEntries([...outputs, ...wanted]);
  }
}

/** Of x, which all sites have. */
async function observe(
  model: MemoryModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { sites = Object.keys(model).map((id) => `${id}/input`), statistics = 'all' }: ObserveOptions = {},
): Promise<Calibration> {
  const collector = statisticsCollector();
  for await (const { inputs } of batches) collector.add(inputs['x']?.data ?? []);
  const { mean, deviation, histogram, sample, ...ranges } = collector.finish();
  const seen = statistics === 'all' ? { ...ranges, mean, deviation, histogram, sample } : ranges;
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: 'memory',
    batches: ranges.batches,
    sites: Object.fromEntries(sites.map((id) => [id, seen])),
  };
}

/** One row a batch, none of which is kept back. */
async function observeInputs(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { weights }: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  const inputs = weights.map((id) => {
    const [, width = 0] = shapes[id] as readonly number[];
    const gatherer = rowGatherer({ inputs: width, most: mostInputRows, random: () => 0 });
    for (const batch of all) {
      const read = (_: number, __: number, into: Float32Array) => into.set(rowOf(batch, width));
      gatherer.add({ count: 1, groups: 1, inputs: width, read }, { first: 0, count: 1, all: 1 });
    }
    return [id, { groups: gatherer.result() as ObservedInputs['groups'] }] as const;
  });
  return { inputs: new Map(inputs), unknown: new Map() };
}

/** @throws LowbitError `calibration-invalid` for a batch without labels. */
export function checkLabelled({ labels }: Batch): void {
  if (labels === undefined) throw new LowbitError({ code: 'calibration-invalid', where: 'batch: labels' });
}

/** Of the layer `first`: twice the label. */
async function features(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<FeatureSet> {
  const labels: number[] = [];
  for await (const batch of batches) {
    checkLabelled(batch);
    labels.push(...Array.from(batch.labels as ArrayLike<number>));
  }
  const values = Float32Array.from(labels, (label) => 2 * label);
  return { labels, layers: new Map([['layer-first', { dimensions: 1, values }]]) };
}

function weightOf(id: string, model: MemoryModel): WeightDescriptor {
  const values = model[id] as readonly number[];
  return {
    id,
    kernel: 'kernel',
    shape: shapes[id] as readonly number[],
    outputAxes: [0],
    inputAxis: 1,
    storedBytes: 4 * values.length,
    read: () => Float32Array.from(values),
  };
}

/** Takes whatever comes. */
export function writer(model: MemoryModel): ModelWriter<MemoryModel> {
  const weights = new Map<string, QuantizedTensor>();
  return { add: (id, tensor) => void weights.set(id, tensor), finish: () => written(weights, model) };
}

function written(weights: ReadonlyMap<string, QuantizedTensor>, model: MemoryModel): Applied<MemoryModel> {
  const values = Object.entries(model).map(([id, floats]) => {
    const tensor = weights.get(id);
    return [id, tensor === undefined ? floats : Array.from(decode(tensor))] as const;
  });
  const storage = [...weights]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([id, tensor]) => ({
      id,
      form: 'list',
      storedBytes: packedTensorBytes(tensor),
      memoryBytes: 4 * tensor.codes.length,
      reason: 'the only form',
    }));
  const result = Object.fromEntries(values);
  return {
    model: result,
    storage,
    modelBytes: { before: 156, after: 100 },
    run: (batches, options) => run(result, batches, options),
  };
}
