import type { WeightDescriptor } from '@lowbit/core';
import { groupSize, type WantedForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { functionsByGraph } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import { dequantizeOperator } from '../target/dequantize-linear.js';
import { gatherBlockQuantizedBits, matMulNBitsFits } from '../target/packed-operators.js';
import { type PackedFloat } from '../target/runs.js';
import type { Runtime, Target } from '../target/target.js';
import { isFloatTable } from './gather-block-quantized.js';
import { multipliedAlong } from './multiplied.js';
import { targetOf } from './target-of.js';

/** What the packed forms of a model's weights want, for a runtime. */
export function packedForms(model: OnnxModel, runtime: Runtime | undefined) {
  const owners = functionsByGraph(model.proto);
  return (site: WeightSite): NonNullable<WeightDescriptor['wants']> => {
    const target = targetOf(model, owners.get(site.source.graph), runtime);
    return wantedForm(site, target);
  };
}

/**
 * What the packed form of a weight in groups wants: integer zero points where an operator takes the packed codes, or
 * where offsets could not be added behind one. Per channel and per tensor any grid will do. The graph is looked at now, so
 * that it may be changed afterwards.
 */
function wantedForm(site: WeightSite, target: Target): NonNullable<WeightDescriptor['wants']> {
  const { shape, inputAxis } = site;
  const type = site.source.tensor.dataType as PackedFloat;
  const length = shape[inputAxis ?? 0] as number;
  const multiplied = inputAxis !== undefined && inputAxis === multipliedAlong(site);
  const taken = inputAxis === 1 && isFloatTable(site);
  const wantsZeroPoint = (form: string): WantedForm => ({ form, grid: 'zero-point' });
  return ({ bits, granularity }) => {
    const group = groupSize(granularity);
    if (group === undefined) return undefined;
    if (multiplied && matMulNBitsFits(bits, group, length, target, { type }))
      return wantsZeroPoint('MatMulNBits');
    if (taken && gatherBlockQuantizedBits(bits, group, length, target) !== undefined)
      return wantsZeroPoint('GatherBlockQuantized');
    const decoded = length % group !== 0 && dequantizeOperator(bits, 'block', target) !== undefined;
    return decoded ? wantsZeroPoint('DequantizeLinear') : undefined;
  };
}
