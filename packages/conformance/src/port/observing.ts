import {
  isLowbitError,
  type Batch,
  type Calibration,
  type ModelPort,
  type RangeStatistics,
} from '@lowbit/core';
import { isComplete } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { sameNumbers, show } from '../show.js';
import { checkForgotten } from './forgotten.js';
import type { PortLawOptions } from './options.js';
import { layersOf, valuesOf } from './weights.js';
import { activationRowsOf } from './write.js';

/** Laws on what a port sees while its model runs, as far as it declares that; none where nothing is known to run it on. */
export function observingLaws<M>({ make, makeBatches }: PortLawOptions<M>): readonly Law[] {
  if (makeBatches === undefined) return [];
  return [
    {
      title: 'observes what runs through its sites',
      run: async () => checkObserved(await make(), makeBatches()),
    },
    {
      title: 'gives a row of features for each sample',
      run: async () => checkFeatures(await make(), makeBatches()),
    },
    {
      title: 'tells of a batch without labels among those that features are measured on',
      run: async () => checkUnlabelled(await make(), makeBatches()),
    },
    {
      title: 'tells what became of the activations that it was to quantize',
      run: async () => checkActivations(await make(), makeBatches()),
    },
  ];
}

/** Laws on the form of a port that has one. */
export function formLaws<M>({ make }: PortLawOptions<M>): readonly Law[] {
  return [
    { title: 'takes its own form from a plan, and no other', run: async () => checkForm(await make()) },
  ];
}

async function checkObserved<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  if (port.observe === undefined) return;
  const sites = (await layersOf(port)).flatMap((layer) => layer.sites);
  const before = await valuesOf(port);
  const all = await port.observe(batches);
  for (const [id, values] of await valuesOf(port))
    must(sameNumbers(values, before.get(id) ?? []), () => `'${id}' changes while the port observes`);
  // That a port has no name is told by another law.
  must(
    port.name === '' || all.port === port.name,
    () => `statistics of '${port.name}' are those of the port '${all.port}'`,
  );
  const ids = [...new Set(sites.map(({ id }) => id))].sort();
  const found = difference(ids, Object.keys(all.sites).sort());
  must(found === undefined, () => `sites that are observed: ${found}`);
  must(all.batches === batches.length, () => `${batches.length} batches are counted as ${all.batches}`);
  must(
    Object.values(all.sites).every(isComplete),
    () => 'statistics are ranges alone where all were asked for',
  );
  const [first] = sites;
  if (first === undefined) return;
  const ranges = await port.observe(batches, { sites: [first.id], statistics: 'ranges' });
  const own = Object.keys(ranges.sites);
  must(
    own.length === 1 && own[0] === first.id,
    () => `${show([first.id])} was asked for, and ${show(own)} given`,
  );
  checkRange(first.id, ranges, all.sites[first.id]);
  if (port.run === undefined) return;
  const values: number[] = [];
  for await (const outputs of port.run(batches, { want: [first.tensor] }))
    for (const value of outputs[first.tensor]?.data ?? []) values.push(value);
  const seen = { min: Math.min(...values), max: Math.max(...values), count: values.length };
  checkRange(first.id, all, seen);
}

/**
 * Permits that a runtime computes a tensor in another order where it is an output too, and that more is seen than was wanted, where
 * a layer is used several times.
 */
function checkRange(
  id: string,
  { sites }: Calibration,
  wanted: Pick<RangeStatistics, 'count' | 'min' | 'max'> | undefined,
): void {
  const { count, min, max } = sites[id] ?? { count: NaN, min: NaN, max: NaN };
  const expected = wanted ?? { count: NaN, min: NaN, max: NaN };
  const tolerance = 2 ** -16 * Math.max(Math.abs(expected.min), Math.abs(expected.max));
  const same = count === expected.count;
  const [below, above] = [expected.min - min, max - expected.max];
  const covers = count >= expected.count && below >= -tolerance && above >= -tolerance;
  must(
    covers && (!same || (below <= tolerance && above <= tolerance)),
    () => `site '${id}' is observed as ${show({ count, min, max })}, and has ${show(expected)}`,
  );
}

async function checkFeatures<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const labels = batches.flatMap(classesOf);
  if (port.features === undefined || labels.length === 0) return;
  const features = await port.features(batches);
  const found = difference(labels, Array.from(features.labels));
  must(found === undefined, () => `labels: ${found}`);
  const known = new Set(
    (await layersOf(port)).flatMap(({ id, weights }) => (weights.length > 0 ? [id] : [])),
  );
  const all = [...features.layers.values()];
  must(
    all.length === 0 || all.some(({ values }) => values.some((value) => value !== 0)),
    () => 'features of all layers are 0',
  );
  for (const [id, { dimensions, values }] of features.layers) {
    must(known.has(id), () => `features of '${id}', which is no layer`);
    const isRows = dimensions > 0 && values.length === labels.length * dimensions;
    must(
      isRows && values.every(Number.isFinite),
      () => `'${id}': ${values.length} features of ${dimensions} dimensions`,
    );
  }
}

/** Labels that are one class a sample. */
const classesOf = ({ labels }: Batch): readonly number[] =>
  labels !== undefined && 'length' in labels ? Array.from(labels as ArrayLike<number>) : [];

async function checkUnlabelled<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  const { features } = port;
  if (features === undefined || batches.flatMap(classesOf).length === 0) return;
  await checkForgotten(batches, (more) => features(more));
}

async function checkActivations<M>(port: ModelPort<M>, batches: readonly Batch[]): Promise<void> {
  if (!port.supports.activations || port.observe === undefined) return;
  const calibration = { ...(await port.observe(batches)), port: port.name };
  const { rows, planned } = await activationRowsOf(port, calibration);
  must(rows.length === planned, () => `${planned} sites are planned, and ${rows.length} reported`);
  for (const { id, form, float, formReason } of rows)
    must(float !== true || (formReason ?? '') !== '', () => `site '${id}' is ${show(form)} without a reason`);
}

async function checkForm<M>(port: ModelPort<M>): Promise<void> {
  const { form, inForm } = port;
  if (form === undefined) return;
  must(inForm !== undefined, () => 'there is a form, and no inForm that takes it');
  const again = port.inForm?.(form);
  const found = difference(form, again?.form);
  must(found === undefined, () => `the form that was taken: ${found}`);
  const wrong = { conformance: 'no such form' };
  try {
    port.inForm?.(wrong);
  } catch (error) {
    must(isLowbitError(error) && error.code === 'plan-mismatch', () => `another form gives ${String(error)}`);
    return;
  }
  must(false, () => `a form that does not exist is taken: ${show(wrong)}`);
}
