import { type Batch, type ModelPort, seededRandom, type WeightDescriptor } from '@lowbit/core';
import { type InputMoments, mostInputRows, type ObservedInputs, sizeOf } from '@lowbit/core/adapter';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { largestChange, outputsOf } from './running.js';
import { weightsOf } from './weights.js';

/** A law on what a port tells of the inputs of weights; none where nothing is known to run it on. */
export function inputLaws<M>({ make, makeBatches }: PortLawOptions<M>): readonly Law[] {
  if (makeBatches === undefined) return [];
  return [
    {
      title: 'tells the inputs of weights, so that changes that these do not see change nothing',
      run: async () => checkInputs(await make(), makeBatches()),
    },
  ];
}

async function checkInputs<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  if (port.observeInputs === undefined) return;
  const weights = await weightsOf(port);
  const asked = weights.map(({ id }) => id);
  const { inputs, unknown } = await port.observeInputs(batches, { weights: asked });
  const told = [...inputs.keys(), ...unknown.keys()].toSorted();
  must(
    show(told) === show(asked.toSorted()),
    () => `inputs of ${show(asked)} were asked for, and ${show(told)} told`,
  );
  for (const [id, reason] of unknown)
    must(reason !== '', () => `'${id}' has no inputs that are known, without a reason`);
  for (const weight of weights) {
    const observed = inputs.get(weight.id);
    if (observed === undefined) continue;
    checkMoments(weight, observed);
    await checkUnseen(port, batches, weight, observed);
  }
}

/** Channels, and inputs of each. */
function sizesOf({ shape, outputAxes }: WeightDescriptor): readonly [channels: number, inputs: number] {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  return [channels, sizeOf(shape) / channels];
}

function checkMoments(weight: WeightDescriptor, { groups }: ObservedInputs): void {
  const [channels, inputs] = sizesOf(weight);
  const { id } = weight;
  must(
    groups.length > 0 && channels % groups.length === 0,
    () => `'${id}': ${groups.length} groups of ${channels} channels`,
  );
  for (const { seen, heldOut } of groups)
    for (const moments of [seen, heldOut]) {
      if (moments === undefined) continue;
      const { count, sums, products } = moments;
      const sizes = [moments.inputs, sums.length, products.length];
      const expected = [inputs, inputs, (inputs * (inputs + 1)) / 2];
      must(
        show(sizes) === show(expected),
        () => `'${id}': moments of ${show(sizes)} values, not ${show(expected)}`,
      );
      must(
        count > 0 && count <= mostInputRows + 1,
        () => `'${id}': ${count} rows were taken, of ${mostInputRows} at most`,
      );
    }
}

/** Most inputs of which directions are looked for that none has. */
const mostInputs = 256;

/**
 * A change of a weight that is orthogonal to all inputs leaves the outputs as they are, whatever the network does with them; one of
 * the same size along the inputs does not, where any does.
 */
async function checkUnseen<M>(
  port: ModelPort<M>,
  batches: readonly Batch[],
  weight: WeightDescriptor,
  { groups }: ObservedInputs,
): Promise<void> {
  const [channels, inputs] = sizesOf(weight);
  if (inputs > mostInputs) return;
  const values = await weight.read();
  const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / channels) || 1;
  const random = seededRandom(7);
  const [unseen, seen] = [values.slice(), values.slice()];
  const places = placesOf(weight);
  let changed = 0;
  const bases = groups.map((group) => inputDirections(matrixOf(group)));
  for (let channel = 0; channel < channels; channel++) {
    const basis = bases[Math.floor((channel * groups.length) / channels)] as readonly Float64Array[];
    if (basis.length === 0 || basis.length === inputs) continue;
    const direction = Float64Array.from({ length: inputs }, () => random() - 0.5);
    const rest = withoutDirections(direction, basis);
    const along = direction.map((value, i) => value - (rest[i] as number));
    if (norm(rest) < 1e-3 || norm(along) < 1e-3) continue;
    changed++;
    for (let i = 0; i < inputs; i++) {
      const place = places(channel, i);
      unseen[place]! += (size * (rest[i] as number)) / norm(rest);
      seen[place]! += (size * (along[i] as number)) / norm(along);
    }
  }
  if (changed === 0 || port.run === undefined) return;
  const runWith = (replaced: Float32Array) =>
    outputsOf(port, batches, { replace: new Map([[weight.id, replaced]]) });
  const before = await runWith(values);
  const change = largestChange(before, await runWith(unseen));
  const other = largestChange(before, await runWith(seen));
  must(
    change <= 2 ** -6 * other + 2 ** -16,
    () =>
      `'${weight.id}': a change that its inputs do not see changes outputs by ${show(change)}, one that they see by ${show(other)}, of the largest`,
  );
}

/** The flat place of a value by its channel and input, each row-major. */
function placesOf({ shape, outputAxes }: WeightDescriptor): (channel: number, input: number) => number {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const others = shape.map((_, axis) => axis).filter((axis) => !outputAxes.includes(axis));
  const along = (axes: readonly number[], at: number) => {
    let [rest, place] = [at, 0];
    for (const axis of axes.toReversed()) {
      place += (rest % (shape[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return place;
  };
  return (channel, input) => along(outputAxes, channel) + along(others, input);
}

/** Σ x xᵀ of all samples, row by row. */
function matrixOf({ seen, heldOut }: ObservedInputs['groups'][number]): readonly Float64Array[] {
  const { inputs } = seen;
  const rows = Array.from({ length: inputs }, () => new Float64Array(inputs));
  const add = ({ products }: InputMoments) => {
    for (let i = 0, at = 0; i < inputs; i++)
      for (let j = i; j < inputs; j++, at++) {
        rows[i]![j]! += products[at] as number;
        if (i !== j) rows[j]![i]! += products[at] as number;
      }
  };
  add(seen);
  if (heldOut !== undefined) add(heldOut);
  return rows;
}

/** Orthonormal directions that inputs have, up to a thousandth of the largest. */
function inputDirections(matrix: readonly Float64Array[]): readonly Float64Array[] {
  const largest = Math.max(...matrix.map((row, i) => row[i] as number));
  const basis: Float64Array[] = [];
  for (const row of matrix) {
    const rest = withoutDirections(withoutDirections(row, basis), basis);
    if (norm(rest) > 1e-6 * largest) basis.push(rest.map((value) => value / norm(rest)));
  }
  return basis;
}

function withoutDirections(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = vector.slice();
  for (const direction of basis) {
    const product = direction.reduce((sum, value, i) => sum + value * (rest[i] as number), 0);
    for (let i = 0; i < rest.length; i++) rest[i]! -= product * (direction[i] as number);
  }
  return rest;
}

const norm = (vector: Float64Array): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
