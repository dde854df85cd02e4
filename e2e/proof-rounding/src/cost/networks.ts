import type { Batch } from '@lowbit/core';
import { calibrationPages, cropBatches, PHOTOGRAPHS, readModel, SIDE } from '@lowbit/e2e-real-models';
import { residualNetwork } from './residual-network.js';

/** A network to round, with 32 pictures to calibrate on. */
export interface CostNetwork {
  readonly title: string;
  load(): Promise<Uint8Array> | Uint8Array;
  calibration(): readonly Batch[];
  /** Seconds, and bytes of memory, that it may take on two cores. */
  readonly most: { readonly seconds: number; readonly bytes?: number };
}

export const networks = {
  detector: {
    title: 'PP-OCRv4 detector, 32 pages of 640 × 640',
    load: () => readModel('detector'),
    // Three more are printed.
    calibration: () => calibrationPages([...PHOTOGRAPHS, ...PHOTOGRAPHS.slice(0, 3)]),
    most: { seconds: 150 },
  },
  'residual-50': {
    title: 'a network as large as ResNet-50, 32 pictures of 224 × 224',
    load: residualNetwork,
    calibration: () =>
      cropBatches(8).map(({ crops, data }) => ({
        inputs: { pictures: { shape: [crops, 3, SIDE, SIDE], data: planesOf(data, crops) } },
      })),
    most: { seconds: 20 * 60, bytes: 3e9 },
  },
} satisfies Record<string, CostNetwork>;

/** Pixels in 0…1, colours last, as planes of about −2…2. */
function planesOf(pixels: Float32Array, count: number): Float32Array {
  const size = SIDE ** 2;
  const planes = new Float32Array(pixels.length);
  for (let picture = 0; picture < count; picture++)
    for (let colour = 0; colour < 3; colour++)
      for (let i = 0; i < size; i++)
        planes[(3 * picture + colour) * size + i] =
          4 * ((pixels[3 * (picture * size + i) + colour] as number) - 0.5);
  return planes;
}
