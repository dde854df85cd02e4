import { decode, encode, type Batch, type WeightDescriptor } from '@lowbit/core';
import type { FittedSite, SimulatedWeight, TrainablePort } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { sameNumbers } from '../show.js';
import { checkForgotten } from './forgotten.js';
import type { PortLawOptions, TrainedModel } from './options.js';
import { isNear, outputsOf } from './running.js';
import { layersOf, valuesOf, weightsOf } from './weights.js';
import { coarseSite, coarseWeight } from './write.js';

type Check<M> = (trained: TrainedModel<M>, batches: readonly Batch[]) => Promise<void>;

/** Laws on what a port does while its model is trained; none where it cannot be, or nothing is known to run it on. */
export function trainingLaws<M>({ makeTrainable, makeBatches }: PortLawOptions<M>): readonly Law[] {
  if (makeTrainable === undefined || makeBatches === undefined) return [];
  const law = (title: string, check: Check<M>): Law => ({
    title,
    async run() {
      const trained = await makeTrainable();
      try {
        await check(trained, makeBatches());
      } finally {
        trained.port.release();
      }
    },
  });
  return [
    law('gives copies of its variables, and takes them back', checkVariables),
    law('holds values against training', checkHold),
    law('computes with the quantized values of simulated weights', checkSimulate),
    law('computes with quantized activations where they are substituted', checkSubstitute),
    law('measures its loss with the values that replace those of a weight', checkLoss),
    law('measures its loss by labels of any form, and tells of a batch without', checkLabels),
    law('takes everything out when it is released', checkRelease),
  ];
}

async function checkVariables<M>({ port }: TrainedModel<M>): Promise<void> {
  const before = await port.variables();
  for (const [id, values] of await valuesOf(port))
    must(sameNumbers(values, before.get(id) ?? []), () => `variable '${id}' is not what the weight reads`);
  const kept = new Map([...before].map(([id, values]) => [id, values.slice()]));
  for (const values of before.values()) values.fill(0.5);
  must(await holds(port, kept), () => 'variables change with the copies that were given');
  port.assign(before);
  must(await holds(port, before), () => 'assigned values are not there');
  port.assign(kept);
  must(await holds(port, kept), () => 'variables are not what they were assigned again');
}

/** Whether all variables have these values. */
async function holds<M>(
  port: TrainablePort<M>,
  expected: ReadonlyMap<string, Float32Array>,
): Promise<boolean> {
  const now = await port.variables();
  return [...expected].every(([id, values]) => sameNumbers(values, now.get(id) ?? []));
}

/** Every second value of the first weight, at half of what it is. */
async function half<M>(port: TrainablePort<M>) {
  const weight = await firstWeight(port);
  const values = (await weight.read()).map((value) => value / 2);
  return { weight, held: { values, mask: Uint8Array.from(values, (_, i) => (i + 1) % 2) } };
}

async function checkHold<M>({ port, train }: TrainedModel<M>): Promise<void> {
  const { weight, held } = await half(port);
  const isHeld = async () => {
    const now = await weight.read();
    return held.values.every((value, i) => held.mask[i] === 0 || value === now[i]);
  };
  // An earlier hold of all values, which the later one takes the place of.
  const own = (await weight.read()).slice();
  port.hold(weight.id, { values: own, mask: new Uint8Array(own.length).fill(1) });
  port.hold(weight.id, held);
  must(await isHeld(), () => `'${weight.id}' does not have the values that are held`);
  const before = (await weight.read()).slice();
  must(
    own.every((value, i) => held.mask[i] === 1 || value === before[i]),
    () => `values of '${weight.id}' that are not held are written too`,
  );
  await train();
  must(await isHeld(), () => `held values of '${weight.id}' move in training`);
  must(!sameNumbers(before, await weight.read()), () => `values of '${weight.id}' that are not held stay`);
}

async function checkSimulate<M>({ port }: TrainedModel<M>, batches: readonly Batch[]): Promise<void> {
  const weight = await firstWeight(port);
  const before = await outputsOf(port, batches);
  const values = await weight.read();
  const simulated: SimulatedWeight = { id: weight.id, shape: weight.shape, ...coarseWeight };
  const { quantizer, options, bits } = simulated;
  const tensor = encode(values.slice(), weight.shape, 'tensor', {
    bits,
    fit: (slice) => quantizer.fit(slice, { role: 'weight', bits, options, random: () => 0 }),
  });
  const expected = await outputsOf(port, batches, { replace: new Map([[weight.id, decode(tensor)]]) });
  port.simulate([simulated]);
  must(
    isNear(await outputsOf(port, batches), expected),
    () => `'${weight.id}' is not computed with quantized`,
  );
  must(
    sameNumbers(values, await weight.read()),
    () => `'${weight.id}' reads as quantized while it is simulated`,
  );
  port.simulate([]);
  must(
    isNear(await outputsOf(port, batches), before),
    () => `'${weight.id}' stays quantized when nothing is`,
  );
}

async function checkSubstitute<M>({ port }: TrainedModel<M>, batches: readonly Batch[]): Promise<void> {
  const sites = await coarseSites(port);
  if (sites.size === 0) return;
  const before = await outputsOf(port, batches);
  await port.substitute(sites);
  must(!isNear(await outputsOf(port, batches), before), () => 'activations of two levels change nothing');
}

async function checkLoss<M>({ port }: TrainedModel<M>, batches: readonly Batch[]): Promise<void> {
  if (port.loss === undefined) return;
  const { weight, held } = await half(port);
  const [own, replaced] = [
    await port.loss(batches, new Map()),
    await port.loss(batches, new Map([[weight.id, held.values]])),
  ];
  must(Number.isFinite(own) && own !== replaced, () => `the loss is ${own}, with other values ${replaced}`);
  const again = await port.loss(batches, new Map());
  must(again === own, () => `after other values of '${weight.id}' the loss is ${again}, not ${own}`);
  port.assign(new Map([[weight.id, held.values]]));
  const assigned = await port.loss(batches, new Map());
  must(assigned === replaced, () => `with these values assigned the loss is ${assigned}, not ${replaced}`);
}

/** The labels under the name of the output, where there is one; and a batch more without labels. */
async function checkLabels<M>({ port }: TrainedModel<M>, batches: readonly Batch[]): Promise<void> {
  const { loss } = port;
  if (loss === undefined) return;
  const [first = {}] = await outputsOf(port, batches);
  const [name, ...others] = Object.keys(first);
  const own = await loss(batches, new Map());
  if (name !== undefined && others.length === 0) {
    const named = batches.map(({ inputs, labels }) => ({ inputs, labels: { [name]: labels } })) as Batch[];
    const same = await loss(named, new Map());
    must(same === own, () => `with labels of the output '${name}' the loss is ${same}, not ${own}`);
  }
  await checkForgotten(batches, (more) => loss(more, new Map()));
}

async function checkRelease<M>({ port, train }: TrainedModel<M>, batches: readonly Batch[]): Promise<void> {
  const { weight, held } = await half(port);
  port.hold(weight.id, { ...held, mask: held.mask.fill(1) });
  const before = await outputsOf(port, batches);
  port.simulate([{ id: weight.id, shape: weight.shape, ...coarseWeight }]);
  await port.substitute(await coarseSites(port));
  port.release();
  must(isNear(await outputsOf(port, batches), before), () => 'it computes something else than before');
  const values = await weight.read();
  must(sameNumbers(values, held.values), () => `values of '${weight.id}' are not those that were held`);
  await train();
  must(!sameNumbers(values, await weight.read()), () => `values of '${weight.id}' are held still`);
}

async function firstWeight<M>(port: TrainablePort<M>): Promise<WeightDescriptor> {
  const [weight] = await weightsOf(port);
  must(weight !== undefined, () => 'there is no weight');
  return weight;
}

async function coarseSites<M>(port: TrainablePort<M>): Promise<ReadonlyMap<string, FittedSite>> {
  const sites = (await layersOf(port)).flatMap((layer) => layer.sites);
  return new Map(sites.map(({ id }) => [id, { id, ...coarseSite }]));
}
