import { squareCrops } from '../image/crops.js';
import { photograph, PHOTOGRAPHS } from '../image/photographs.js';
import { resize } from '../image/resize.js';

/** What MobileNetV2 takes. */
export const SIDE = 224;

/** Crops of one photograph: its middle square and three seeded ones. */
const CROPS_EACH = 4;

/** The crops of one photograph as [crops, side, side, 3] in 0…1, red, green, blue. */
export interface CropBatch {
  readonly crops: number;
  readonly data: Float32Array;
}

/** Four crops of each of the first `photographs` photographs, a batch a photograph: 104 crops of all 26. */
export function cropBatches(photographs: number, side = SIDE): CropBatch[] {
  return PHOTOGRAPHS.slice(0, photographs).map((name, seed) => {
    const data = new Float32Array(CROPS_EACH * side * side * 3);
    squareCrops(photograph(name), CROPS_EACH, seed).forEach((region, crop) => {
      const pixels = resize(photograph(name), side, side, region).data;
      for (let i = 0; i < pixels.length; i++) data[crop * pixels.length + i] = pixels[i]! / 255;
    });
    return { crops: CROPS_EACH, data };
  });
}
