/** A picture of numbers: rows from the top, `channels` values a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** A rectangle of a picture, in pixels, that need not be whole. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Along one axis: the two neighbours of each new pixel, and the weight of the second. */
interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly weight: Float64Array;
}

/**
 * Scales a box of a picture to `width` × `height` by bilinear interpolation with half-pixel centres, without
 * filtering before it is made smaller: new pixel i lies at left + (i + ½)·boxWidth/width − ½, held inside
 * the picture. This is what OpenCV's INTER_LINEAR and TensorFlow's `resize_bilinear` with
 * `half_pixel_centers` do.
 */
export function resample(raster: Raster, box: Box, width: number, height: number): Float32Array {
  const across = taps(box.left, box.width, raster.width, width);
  const down = taps(box.top, box.height, raster.height, height);
  const { channels, data } = raster;
  const result = new Float32Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const upper = (down.near[y] as number) * raster.width;
    const lower = (down.far[y] as number) * raster.width;
    for (let x = 0; x < width; x++) {
      const left = across.near[x] as number;
      const right = across.far[x] as number;
      for (let c = 0; c < channels; c++) {
        const above = mix(data, (upper + left) * channels + c, (upper + right) * channels + c, across, x);
        const below = mix(data, (lower + left) * channels + c, (lower + right) * channels + c, across, x);
        result[at++] = above + (below - above) * (down.weight[y] as number);
      }
    }
  }
  return result;
}

function mix(data: ArrayLike<number>, near: number, far: number, { weight }: Taps, i: number): number {
  const first = data[near] as number;
  return first + ((data[far] as number) - first) * (weight[i] as number);
}

function taps(start: number, extent: number, from: number, to: number): Taps {
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  const weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const position = start + ((i + 0.5) * extent) / to - 0.5;
    const inside = Math.min(Math.max(position, 0), from - 1);
    near[i] = Math.floor(inside);
    far[i] = Math.min(Math.floor(inside) + 1, from - 1);
    weight[i] = inside - Math.floor(inside);
  }
  return { near, far, weight };
}
