import type { Report, WeightReport } from '@lowbit/core';

/** The row of a made-up weight, with what is changed about it. */
export function sampleWeight(changes: Partial<WeightReport> = {}): WeightReport {
  return {
    id: 'conv.weight',
    layer: 'conv',
    op: 'Conv',
    shape: [8, 4, 3, 3],
    values: 288,
    bits: 4,
    quantizer: 'min-max',
    granularity: 'channel',
    slices: 8,
    sizes: { float: 1152, nominal: 144, stored: 176, memory: 1152 },
    bitsPerWeight: 4.89,
    error: { sqnrDb: 21.5, meanSquared: 1e-4, largest: 0.02, relative: 7e-3 },
    histogram: { min: -1, max: 1, counts: [1, 4, 9, 4], levels: [-1, -0.5, 0, 0.5, 1] },
    form: 'Cast→Mul→Add',
    reason: '4 bits everywhere',
    storageReason: 'made into floats when the model is loaded',
    warnings: [],
    ...changes,
  };
}

/** A made-up report about the given weights. */
export function sampleReport(weights: readonly WeightReport[], changes: Partial<Report> = {}): Report {
  const sum = (key: keyof WeightReport['sizes']): number =>
    weights.reduce((total, { sizes }) => total + sizes[key], 0);
  return {
    format: 'lowbit-report',
    version: 1,
    port: 'onnx',
    plan: { format: 'lowbit-plan', version: 1, port: 'onnx', seed: 0, weights: [] },
    weights,
    skipped: [],
    sizes: { float: sum('float'), nominal: sum('nominal'), stored: sum('stored'), memory: sum('memory') },
    bitsPerWeight: 4.89,
    modelBytes: { before: 5000, after: 2000 },
    warnings: [],
    ...changes,
  };
}
