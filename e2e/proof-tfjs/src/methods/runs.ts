import type { Batch, Recipe } from '@lowbit/core';
import {
  bnn,
  dorefa,
  horq,
  hwgq,
  mlq,
  mlqSchedule,
  progressive,
  slq,
  slqSchedule,
  ul2q,
  xnor,
} from '@lowbit/methods';
import type { TfjsPort } from '@lowbit/tfjs';
import { endLayers, type BlockOrder } from '../model/network.js';
import type { RunName } from '../settings.js';

/** One quantized training. */
export interface Run {
  readonly name: Exclude<RunName, 'float'>;
  readonly title: string;
  /** Bits of weights and activations, for the table. */
  readonly bits: string;
  /** What the first and the last layer are. */
  readonly ends: string;
  readonly start: 'float' | 'scratch';
  readonly order: BlockOrder;
  recipe(port: TfjsPort, batches: readonly Batch[]): Recipe | Promise<Recipe>;
}

const exclude = [...endLayers];
const floatEnds = 'float';

/** Every run but that of the float network. Scopes, ends and block orders are those of the papers. */
export const runs: readonly Run[] = [
  {
    name: 'slq',
    title: 'SLQ',
    bits: 'W3',
    ends: '3 bits',
    start: 'float',
    order: 'rectified',
    recipe: () => ({ weights: slq(), bits: 3, granularity: 'tensor', schedule: slqSchedule() }),
  },
  {
    name: 'slq-ternary',
    title: 'SLQ with three levels',
    bits: 'W2 (3 levels)',
    ends: floatEnds,
    start: 'float',
    order: 'rectified',
    recipe: () => ({ weights: slq(), bits: 2, granularity: 'tensor', schedule: slqSchedule(), exclude }),
  },
  {
    name: 'mlq',
    title: 'MLQ',
    bits: 'W2 (3 levels)',
    ends: floatEnds,
    start: 'float',
    order: 'rectified',
    recipe: () => ({ weights: mlq(), bits: 2, granularity: 'tensor', schedule: mlqSchedule(), exclude }),
  },
  {
    name: 'ul2q',
    title: 'μL2Q',
    bits: 'W2',
    ends: '2 bits, 8 bits',
    start: 'float',
    order: 'rectified',
    recipe: () => ({
      weights: ul2q(),
      bits: 2,
      granularity: 'tensor',
      rules: [{ match: { name: 'classes' }, bits: 8 }],
    }),
  },
  {
    name: 'progressive',
    title: 'progressive, DoReFa',
    bits: 'W and A, 8 to 2 by depth',
    ends: floatEnds,
    start: 'float',
    order: 'rectified',
    recipe: async (port, batches) => ({
      weights: dorefa(),
      bits: progressive({ from: 8, to: 2 }),
      activations: dorefa(),
      activationBits: 'weights',
      granularity: 'tensor',
      features: await port.features(batches),
      calibration: await port.observe(batches),
      exclude,
    }),
  },
  {
    name: 'hwgq',
    title: 'HWGQ',
    bits: 'W1 A2',
    ends: floatEnds,
    start: 'scratch',
    order: 'half-wave',
    recipe: () => ({ weights: hwgq(), bits: 1, activations: hwgq(), activationBits: 2, exclude }),
  },
  {
    name: 'sign',
    title: 'HWGQ weights, BNN sign',
    bits: 'W1 A1',
    ends: floatEnds,
    start: 'scratch',
    order: 'half-wave',
    recipe: () => ({ weights: hwgq(), bits: 1, activations: bnn(), activationBits: 1, exclude }),
  },
  {
    name: 'horq',
    title: 'HORQ, order 2',
    bits: 'W1 A2',
    ends: floatEnds,
    start: 'scratch',
    order: 'signed',
    recipe: () => ({
      weights: horq(),
      bits: 1,
      activations: horq({ backward: 'chain' }),
      activationBits: 2,
      exclude,
    }),
  },
  {
    name: 'xnor',
    title: 'XNOR-Net',
    bits: 'W1 A1',
    ends: floatEnds,
    start: 'scratch',
    order: 'signed',
    recipe: () => ({ weights: xnor(), bits: 1, activations: xnor(), activationBits: 1, exclude }),
  },
];
