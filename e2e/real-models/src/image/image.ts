/** A colour image: 8 bits a channel, red, green, blue, row-major [height, width, 3]. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** A rectangle in pixels; a whole image is `{ x: 0, y: 0, width, height }`. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function wholeOf(image: Image): Region {
  return { x: 0, y: 0, width: image.width, height: image.height };
}

/** An image of one colour. */
export function blank(width: number, height: number, [red, green, blue]: readonly number[]): Image {
  const data = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set([red!, green!, blue!], i);
  return { width, height, data };
}
