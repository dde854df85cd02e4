import type { LayerDescriptor, ModelPort, WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { sameNumbers, show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { layersOf, weightsOf } from './weights.js';

/** Laws on how a port describes its model. */
export function descriptorLaws<M>({ make }: PortLawOptions<M>): readonly Law[] {
  return [
    { title: 'declares its name and what it can store', run: async () => checkCapabilities(await make()) },
    {
      title: 'has layers and weights with unique ids',
      run: async () => checkIds(await layersOf(await make())),
    },
    {
      title: 'has layers in order, with operators, costs and sites that make sense',
      run: async () => checkLayers(await layersOf(await make())),
    },
    {
      title: 'describes the model the same way each time',
      async run() {
        const port = await make();
        const [first, second] = [await layersOf(port), await layersOf(port)];
        const found = difference(first, second);
        must(found === undefined, () => `${found}`);
      },
    },
    {
      title: 'has shapes that agree with the values',
      run: async () => forEachWeight(await make(), checkShape),
    },
    {
      title: 'has axes inside the shape',
      run: async () => forEachWeight(await make(), checkAxes),
    },
    {
      title: 'gives values that the caller may keep and change',
      run: async () => forEachWeight(await make(), checkFresh),
    },
  ];
}

function checkCapabilities<M>(port: ModelPort<M>): void {
  const { name, supports } = port;
  must(typeof name === 'string' && name !== '', () => `the name is ${show(name)}`);
  must(
    supports.parameterStorage.includes('float32'),
    () => `float32 is not in ${show(supports.parameterStorage)}`,
  );
}

/** A shared weight may stand in several layers, with one shape. */
function checkIds(layers: readonly LayerDescriptor[]): void {
  const seen = new Set<string>();
  const shapes = new Map<string, readonly number[]>();
  for (const { id, weights } of layers) {
    must(!seen.has(id), () => `two layers have the id '${id}'`);
    seen.add(id);
    const own = new Set<string>();
    for (const weight of weights) {
      must(!own.has(weight.id), () => `layer '${id}' has two weights with the id '${weight.id}'`);
      own.add(weight.id);
      const other = shapes.get(weight.id) ?? weight.shape;
      const same = sameNumbers(other, weight.shape);
      must(same, () => `weight '${weight.id}' has the shapes ${show(other)} and ${show(weight.shape)}`);
      shapes.set(weight.id, weight.shape);
    }
  }
}

const kernels: readonly unknown[] = ['kernel', 'recurrent', 'embedding'];
const sides: readonly unknown[] = ['input', 'output'];

function checkLayers(layers: readonly LayerDescriptor[]): void {
  let last = 0;
  for (const { id, op, depth, macs = 0, weights, sites, skipped = [] } of layers) {
    must(typeof op === 'string' && op !== '', () => `layer '${id}' has the operator ${show(op)}`);
    must(
      Number.isInteger(depth) && depth >= last,
      () => `layer '${id}' has the depth ${depth} after ${last}`,
    );
    last = depth;
    must(Number.isSafeInteger(macs) && macs >= 0, () => `layer '${id}' has ${macs} operations`);
    const kind = weights.find(({ kernel }) => !kernels.includes(kernel));
    must(kind === undefined, () => `weight '${kind?.id}' is a kernel ${show(kind?.kernel)}`);
    const site = sites.find(({ side }) => !sides.includes(side));
    must(site === undefined, () => `site '${site?.id}' is at the side ${show(site?.side)}`);
    for (const { subject, reason } of skipped)
      must(subject !== '' && reason !== '', () => `layer '${id}' skips ${show(subject)} for ${show(reason)}`);
  }
}

async function forEachWeight<M>(
  port: ModelPort<M>,
  check: (weight: WeightDescriptor) => void | Promise<void>,
): Promise<void> {
  for (const weight of await weightsOf(port)) await check(weight);
}

async function checkShape(weight: WeightDescriptor): Promise<void> {
  const { id, shape, storedBytes } = weight;
  const { length } = await weight.read();
  must(length === sizeOf(shape), () => `weight '${id}' has ${length} values and the shape ${show(shape)}`);
  must(length === 0 || storedBytes > 0, () => `weight '${id}' takes ${storedBytes} bytes`);
}

function checkAxes({ id, shape, outputAxes, inputAxis }: WeightDescriptor): void {
  const inside = (axis: number) => Number.isInteger(axis) && axis >= 0 && axis < shape.length;
  const ascending = outputAxes.every((axis, i) => i === 0 || axis > (outputAxes[i - 1] as number));
  must(
    outputAxes.every(inside) && ascending,
    () => `weight '${id}' has output axes ${show(outputAxes)} in the shape ${show(shape)}`,
  );
  must(
    inputAxis === undefined || (inside(inputAxis) && !outputAxes.includes(inputAxis)),
    () => `weight '${id}' has input axis ${inputAxis}, output axes ${show(outputAxes)}, shape ${show(shape)}`,
  );
}

async function checkFresh(weight: WeightDescriptor): Promise<void> {
  const first = await weight.read();
  const kept = first.slice();
  first.fill(1234.5);
  const second = await weight.read();
  must(
    sameNumbers(kept, second),
    () => `weight '${weight.id}' changed when the values that it gave were changed`,
  );
  const third = await weight.read(first.fill(1234.5));
  must(
    sameNumbers(kept, third) && sameNumbers(kept, second),
    () => `weight '${weight.id}' has other values when it is read into an array`,
  );
}
