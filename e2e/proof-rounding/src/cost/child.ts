// Rounds a network to 4 bits by all that data tell, weight after weight, and writes what that took, as JSON. A process of its own: its
// memory is that of this alone.
import { quantize } from '@lowbit/core';
import { peakMemory } from '@lowbit/e2e-real-models/proof';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';
import * as ort from 'onnxruntime-web/wasm';
import { type CostNetwork, networks } from './networks.js';

/** What rounding a network took. */
export interface Cost {
  readonly seconds: number;
  /** Of the processor, of all threads. */
  readonly processorSeconds: number;
  readonly peakBytes: number;
  readonly weights: number;
  readonly bytes: number;
}

const { load, calibration }: CostNetwork = networks[process.argv[2] as keyof typeof networks];
const float = await load();
const data = calibration();
const start = performance.now();
const before = process.cpuUsage();
const { model, report } = await quantize(
  onnx(float, { ort }),
  { registry, bits: 4, data },
  { measure: false, capture: 'sequential' },
);
const { user, system } = process.cpuUsage(before);
const cost: Cost = {
  seconds: (performance.now() - start) / 1000,
  processorSeconds: (user + system) / 1e6,
  peakBytes: peakMemory(),
  weights: report.weights.reduce((sum, { values }) => sum + values, 0),
  bytes: model.bytes.length,
};
console.log(JSON.stringify(cost));
