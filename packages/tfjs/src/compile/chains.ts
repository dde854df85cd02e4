import type { LayerInputs } from '@lowbit/kernels';
import type { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { PackedParts, PlannedLayer } from './plan-layers.js';
import type { Limits } from './rectifier.js';

type Layer = layers.Layer;

/** A layer that runs packed. */
export interface PackedPlan extends PlannedLayer {
  readonly outcome: PackedParts;
}

/** Layers that run as one operation, each of which alone takes what the one before it gives. */
export type Chain = readonly PackedPlan[];

/** The layers that run packed, in chains as long as can be; a Dense layer is always alone, and so is one with inputs of 1 or 2 bits. */
export function findChains(model: LayersModel, planned: readonly PlannedLayer[]): Chain[] {
  const ends = new Set(model.outputs);
  const chains: PackedPlan[][] = [];
  for (const plan of planned.filter(isPacked)) {
    const before = chains.find((chain) => isLinked(chain.at(-1)!, plan, ends));
    if (before === undefined) chains.push([plan]);
    else before.push(withKnownInputs(before.at(-1)!, plan));
  }
  return chains;
}

function isPacked(plan: PlannedLayer): plan is PackedPlan {
  return typeof plan.outcome !== 'string';
}

/** The layer of the model whose output a packed layer gives. */
function endOf({ outer, outcome: { norm, rectifier, residual } }: PackedPlan): Layer {
  return rectifier?.layer ?? residual?.layer ?? norm ?? outer;
}

function isLinked(one: PackedPlan, next: PackedPlan, outputs: ReadonlySet<SymbolicTensor>): boolean {
  const end = endOf(one);
  const start = next.outcome.border?.layer ?? next.outer;
  const isOnce = [end, start, one.outer, next.outer].every((layer) => layer.inboundNodes.length === 1);
  const isOnly = end.outboundNodes.length === 1 && end.outboundNodes[0]!.outboundLayer === start;
  if (!isOnce || !isOnly || outputs.has(end.output as SymbolicTensor)) return false;
  const areConvolutions = [one, next].every(
    ({ layer, outcome }) =>
      layer.getClassName() !== 'Dense' && outcome.inputs.kind !== 'signs' && outcome.inputs.kind !== 'codes',
  );
  return areConvolutions && one.outcome.limits !== undefined && one.outcome.residual === undefined;
}

/** Codes of 15 bits between limits. */
const mostCode = 32767;

/** So many inputs of 16 bits can be summed in 32. */
const mostTaps = 511;

/**
 * Inputs of a depthwise convolution that would be measured, but are known to lie between limits, on a grid of 15 bits: finer than what 8 bits
 * have of the largest, unless that is below a 256th of the limit.
 */
function withKnownInputs({ outcome: { limits } }: PackedPlan, plan: PackedPlan): PackedPlan {
  const { layer, outcome } = plan;
  const [height, width] = outcome.weights.shape as [number, number];
  const isDepthwise = layer.getClassName() === 'DepthwiseConv2D' && height * width <= mostTaps;
  const inputs = isDepthwise && outcome.inputs.kind === 'dynamic' && limits && gridBetween(limits);
  return inputs ? { ...plan, outcome: { ...outcome, inputs } } : plan;
}

function gridBetween({ lowest = -Infinity, highest = Infinity }: Limits): LayerInputs | undefined {
  const largest = Math.max(-lowest, highest);
  if (!(largest > 2 ** -80 && largest < 2 ** 80)) return undefined;
  const step = Math.fround(largest / mostCode);
  return {
    kind: 'steps',
    step,
    lowest: Math.max(-mostCode, Math.min(0, Math.floor(lowest / step))),
    highest: Math.min(mostCode, Math.max(0, Math.ceil(highest / step))),
  };
}
