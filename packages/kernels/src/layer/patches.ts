import type { Geometry, Windows } from './geometry.js';
import type { CheckedLayer } from './packed-layer.js';

/** Whether inputs are quantized patch by patch, so that the layer is a product of patches. */
export function isOfPatches({ inputs, windows: { window } }: CheckedLayer): boolean {
  return inputs.kind === 'signs' && inputs.scope === 'patches' && window[0] * window[1] > 0;
}

/** The layer as a product of rows, each of which is a patch. */
export function layerOfPatches(layer: CheckedLayer): CheckedLayer {
  const { weights, windows } = layer;
  const channels = windows.window[0] * windows.window[1] * windows.channels;
  const one = [1, 1] as const;
  return {
    ...layer,
    weights: { ...weights, shape: [channels, windows.outputs] },
    windows: { ...windows, ...{ window: one, strides: one, dilations: one, padding: 'valid' }, channels },
  };
}

/** Rows as samples of one pixel. */
export function geometryOfRows(rows: number): Geometry {
  const one = [1, 1] as const;
  return {
    ...{ samples: rows, height: 1, width: 1, outHeight: 1, outWidth: 1, top: 0, left: 0 },
    ...{ bordered: one, reached: one },
  };
}

/** Patches of all windows, in the order of the outputs: what lies in the padding is 0. */
export function gatherPatches(
  values: Float32Array,
  { window, channels, strides, dilations }: Windows,
  { samples, height, width, outHeight, outWidth, top, left }: Geometry,
  to: Float32Array,
): void {
  to.fill(0);
  let at = 0;
  for (let sample = 0; sample < samples; sample++)
    for (let outY = 0; outY < outHeight; outY++)
      for (let outX = 0; outX < outWidth; outX++)
        for (let ky = 0; ky < window[0]; ky++)
          for (let kx = 0; kx < window[1]; kx++, at += channels) {
            const y = outY * strides[0] - top + ky * dilations[0];
            const x = outX * strides[1] - left + kx * dilations[1];
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            const from = ((sample * height + y) * width + x) * channels;
            to.set(values.subarray(from, from + channels), at);
          }
}
