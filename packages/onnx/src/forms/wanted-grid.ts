import type { Granularity, WeightDescriptor } from '@lowbit/core';
import { defined, groupSize, slicingOf } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { functionsByGraph } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import type { Runtime, Target } from '../target/target.js';
import { groupSizes } from './groups-unfit.js';
import { packedForms } from './packed-forms.js';
import { targetOf } from './target-of.js';

/** What the packed forms of a model's weights want, for a runtime. */
export function wantedGrids(model: OnnxModel, runtime: Runtime | undefined) {
  const owners = functionsByGraph(model.proto);
  return (site: WeightSite): NonNullable<WeightDescriptor['wants']> => {
    const target = targetOf(model, owners.get(site.source.graph), runtime);
    return wantedGrid(site, target);
  };
}

/**
 * The first form that takes a weight with the grid that is planned where every slice has an integer zero point, and does not
 * otherwise: where an operator takes the packed codes, or where offsets could not be added behind one.
 */
function wantedGrid(site: WeightSite, target: Target): NonNullable<WeightDescriptor['wants']> {
  const forms = packedForms.flatMap((form) => {
    const takes = form.takes?.(site, target);
    return takes === undefined ? [] : [{ ...takes, form: form.name }];
  });
  return ({ bits, granularity }) => {
    const whole = wholeAxis(granularity, site);
    for (const one of whole ?? [granularity]) {
      const grid = { bits, slicing: slicingOf(one, site), ownScales: true };
      const found = forms.find(
        ({ fits }) => fits({ ...grid, exact: true }) && !fits({ ...grid, exact: false }),
      );
      if (found) return { form: found.form, grid: 'zero-point', ...defined({ granularity: whole && one }) };
    }
    return undefined;
  };
}

/**
 * The groups of one that is longer than the input axis, which operators take as one short group for each channel, the least
 * filled up first; `undefined` for what divides the axis.
 */
function wholeAxis(
  wanted: Granularity,
  { shape, inputAxis }: WeightSite,
): readonly Granularity[] | undefined {
  const group = groupSize(wanted);
  const length = inputAxis === undefined ? undefined : shape[inputAxis];
  if (group === undefined || length === undefined || length >= group) return undefined;
  return groupSizes
    .filter((size) => size >= length)
    .sort((a, b) => a - b)
    .map((size) => `group:${size}` as const);
}
