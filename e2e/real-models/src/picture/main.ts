// Draws docs/images/boxes.jpg: where the text detector finds text in a photograph, in floats (above) and with 8-bit weights (below).
import { writeFileSync } from 'node:fs';
import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { encode } from 'jpeg-js';
import { blank, type Image, type Region } from '../image/image.js';
import { detectorTask } from '../ocr/detector.js';
import { inkOf } from '../text/font.js';
import { detectorPages } from '../text/pages.js';
import { paint } from '../text/draw.js';

const page = 1;
const green = [80, 250, 123];
const captionHeight = 28;

const task = detectorTask();
const float = await task.load();
const { model } = await quantize(onnx(float), { weights: minMax(), bits: 8 });
const pictures = [await found('float', float), await found('8 bits', model.bytes)];
const { width, height, data } = stacked(pictures);
// What is transparent does not matter to a JPEG.
const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => data[(i >> 2) * 3 + (i & 3)] ?? 0);
const path = new URL('../../../../docs/images/boxes.jpg', import.meta.url);
writeFileSync(path, encode({ width, height, data: rgba }, 82).data);
console.log(`${width} × ${height} pixels written to docs/images/boxes.jpg`);

/** The photograph under a caption, with the boxes that a model finds. */
async function found(caption: string, bytes: Uint8Array): Promise<Image> {
  const { image } = detectorPages()[page]!;
  const { answers } = await task.run(bytes);
  for (const box of answers[page]!) outline(image, rounded(box));
  const megabytes = (bytes.length / 1e6).toFixed(2);
  const strip = blank(image.width, captionHeight, [255, 255, 255]);
  paint(
    strip,
    inkOf(`${caption}, ${megabytes} MB: ${answers[page]!.length} boxes`, 'Sans', 15, 0),
    8,
    7,
    [30, 30, 36],
  );
  return stacked([strip, image]);
}

function rounded({ x, y, width, height }: Region): Region {
  const [left, top] = [Math.round(x), Math.round(y)];
  return { x: left, y: top, width: Math.round(x + width) - left, height: Math.round(y + height) - top };
}

/** A frame two pixels wide. */
function outline(image: Image, { x, y, width, height }: Region): void {
  const thick = 2;
  fill(image, { x, y, width, height: thick });
  fill(image, { x, y: y + height - thick, width, height: thick });
  fill(image, { x, y, width: thick, height });
  fill(image, { x: x + width - thick, y, width: thick, height });
}

function fill({ width, height, data }: Image, region: Region): void {
  for (let y = Math.max(0, region.y); y < Math.min(height, region.y + region.height); y++)
    for (let x = Math.max(0, region.x); x < Math.min(width, region.x + region.width); x++)
      data.set(green, (y * width + x) * 3);
}

/** Images of one width, one below the other. */
function stacked(images: readonly Image[]): Image {
  const width = images[0]!.width;
  const height = images.reduce((sum, image) => sum + image.height, 0);
  const result = blank(width, height, [255, 255, 255]);
  let at = 0;
  for (const { data } of images) {
    result.data.set(data, at);
    at += data.length;
  }
  return result;
}
