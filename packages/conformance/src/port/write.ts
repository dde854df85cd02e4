import {
  quantize,
  registry,
  type Calibration,
  type ModelPort,
  type QuantizationPlan,
  type Quantized,
  type QuantizedTensor,
  type Quantizer,
  type Scheme,
} from '@lowbit/core';
import { range, resolvePlan, type Applied, type Outcome } from '@lowbit/core/method';

/** Quantizes every weight; by default to 8 bits, on grids that every port can store. */
export function write<M>(port: ModelPort<M>, quantizer: Quantizer = plainQuantizer): Promise<Quantized<M>> {
  return quantize(port, { weights: quantizer, bits: quantizer.bits.weight?.[0] ?? 8 });
}

/** What a port is told when writing a plan of {@link write} begins. */
export async function outcomeOf<M>(port: ModelPort<M>, plan: QuantizationPlan): Promise<Outcome> {
  const { resolved } = resolvePlan(plan, await port.layers(), registry([plainQuantizer]), port.supports);
  return { ...resolved, activations: new Map(), floatSites: new Map() };
}

/** What a port tells of the sites of a plan that quantizes all activations to 8 bits. */
export async function activationRowsOf<M>(port: ModelPort<M>, calibration: Calibration) {
  const recipe = { weights: plainQuantizer, bits: 8, activations: plainRange, calibration };
  const { plan, report } = await quantize(port, recipe);
  return { rows: report.activations ?? [], planned: plan.activations?.length ?? 0 };
}

/** The port, with what passes through it told to someone. */
export function watched<M>(
  port: ModelPort<M>,
  tell: {
    readonly added?: (tensor: QuantizedTensor, id: string) => void;
    readonly applied?: (applied: Applied<M>) => void;
  },
): ModelPort<M> {
  return {
    name: port.name,
    supports: port.supports,
    layers: () => port.layers(),
    write(outcome) {
      const writer = port.write(outcome);
      return {
        add(id, tensor) {
          tell.added?.(tensor, id);
          return writer.add(id, tensor);
        },
        async finish() {
          const applied = await writer.finish();
          tell.applied?.(applied);
          return applied;
        },
      };
    },
  };
}

/** A min-max quantizer with an integer zero point: what every port can store. */
const plainQuantizer: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'conformance-plain',
  roles: ['weight'],
  bits: { weight: [8] },
  grids: { 'zero-point': {} },
  fit(values, { bits }) {
    const { min, max } = range(values);
    const levels = 2 ** bits;
    const low = Math.min(0, min);
    const scale = Math.fround((Math.max(0, max) - low) / (levels - 1));
    const zeroPoint = scale === 0 ? 0 : Math.min(levels - 1, Math.round(-low / scale));
    return { kind: 'affine', levels, scale, offset: Math.fround(-zeroPoint * scale) };
  },
};

/** The observed range, with 0 on the grid. */
const plainRange: Quantizer = {
  ...plainQuantizer,
  name: 'conformance-range',
  roles: ['activation'],
  bits: { activation: [8] },
  needs: 'ranges',
  fit: (_, { ranges, ...context }) => {
    const { min, max } = ranges ?? { min: 0, max: 0 };
    return plainQuantizer.fit(Float32Array.of(min, max), context);
  },
};

/** A weight, and a site, on few levels far apart. */
const coarse: Quantizer = {
  ...plainQuantizer,
  name: 'conformance-coarse',
  roles: ['weight', 'activation'],
  bits: { weight: [1], activation: [1] },
  fit: () => ({ kind: 'affine', levels: 2, scale: 0.75, offset: -0.25 }),
};

const coarseScheme: Scheme = {
  kind: 'affine',
  levels: 2,
  scale: Float32Array.of(0.75),
  offset: Float32Array.of(-0.25),
};

export const coarseWeight = {
  bits: 1,
  quantizer: coarse,
  options: {},
  slicing: 'tensor',
  schemeOf: () => coarseScheme,
} as const;

export const coarseSite = {
  bits: 1,
  quantizer: coarse,
  options: {},
  parameters: { kind: 'affine', levels: 2, scale: 0.75, offset: 0 },
} as const;
