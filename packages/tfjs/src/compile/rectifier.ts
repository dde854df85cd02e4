import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Limits of what comes out, which the kernels keep: 0 and infinity are ReLU, 0 and 6 are ReLU6. */
export interface Limits {
  readonly lowest?: number;
  readonly highest?: number;
}

/** A layer that does nothing but keep limits. */
export interface Rectifier {
  readonly layer: Layer;
  readonly limits: Limits;
}

const limitsOf: Readonly<Record<string, Limits>> = {
  linear: {},
  relu: { lowest: 0 },
  relu6: { lowest: 0, highest: 6 },
};

/** The limits that an activation keeps; `undefined` where it does something else. */
export function activationLimits(name: unknown): Limits | undefined {
  return typeof name === 'string' && Object.hasOwn(limitsOf, name) ? limitsOf[name] : undefined;
}

/** The rectifier behind a layer, where nothing else takes the layer's output. */
export function rectifierAfter(layer: Layer, outputs: ReadonlySet<SymbolicTensor>): Rectifier | undefined {
  const isAlone = layer.inboundNodes.length === 1 && layer.outboundNodes.length === 1;
  const next = layer.outboundNodes[0]?.outboundLayer;
  if (!isAlone || next === undefined || next.inboundNodes.length !== 1) return undefined;
  if (outputs.has(layer.output as SymbolicTensor)) return undefined;
  const { activation } = layer.getConfig();
  if (activation !== undefined && activation !== 'linear') return undefined;
  const limits = rectifierLimits(next);
  return limits && { layer: next, limits };
}

function rectifierLimits(layer: Layer): Limits | undefined {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Activation') return activationLimits(config['activation']);
  if (layer.getClassName() !== 'ReLU') return undefined;
  const highest = config['maxValue'];
  return typeof highest === 'number' ? { lowest: 0, highest } : { lowest: 0 };
}
