import { sizeOf } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { modelEditor } from '../graph/model-editor.js';
import type { OnnxModel } from '../model/model.js';
import { raiseIr } from '../opset/raise-ir.js';
import { initializersStandAlone } from '../target/versions.js';
import { correctBias } from './correct-bias.js';

/**
 * Gives layers biases that take off nothing yet, so that a model that runs meanwhile keeps its nodes when it is known what they take off.
 *
 * @param model It is changed, and not to be written as a file.
 * @param sites The weights whose biases will take off something, where they can.
 * @returns What has the bias of one of them take off so much, one value an output channel.
 */
export function shiftableBiases(
  model: OnnxModel,
  sites: readonly WeightSite[],
): (site: WeightSite, shift: Float32Array) => void {
  // Constants that are no nodes: they change no numbers of nodes.
  const ir = Math.max(model.ir, initializersStandAlone);
  if (sites.length > 0) raiseIr(model.proto, ir);
  const shiftAll = (shifts: readonly (readonly [WeightSite, Float32Array])[]) => {
    const editor = modelEditor({ ...model, ir }, { keepsPlaces: true });
    for (const [site, shift] of shifts) correctBias(editor, site, shift);
    editor.apply();
  };
  const channels = ({ shape, outputAxes }: WeightSite) =>
    sizeOf(outputAxes.map((axis) => shape[axis] as number));
  if (sites.length > 0) shiftAll(sites.map((site) => [site, new Float32Array(channels(site))]));
  return (site, shift) => shiftAll([[site, shift]]);
}
