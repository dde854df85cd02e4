import type { Batch } from '@lowbit/core';

const [height, width] = [48, 192];

/** A line of text of any width as x [1, 3, 48, 192]: cut, or followed by the mean grey. */
export const upright = (line: Batch): Batch => placed(line, (row, column) => [row, column]);

/** The same on its head. */
export const turned = (line: Batch): Batch =>
  placed(line, (row, column) => [height - 1 - row, width - 1 - column]);

function placed({ inputs }: Batch, place: (row: number, column: number) => readonly [number, number]): Batch {
  const { shape, data } = inputs['x']!;
  const own = shape.at(-1)!;
  const planes = new Float32Array(3 * height * width);
  for (let plane = 0; plane < 3; plane++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < Math.min(own, width); column++) {
        const [toRow, toColumn] = place(row, column);
        planes[(plane * height + toRow) * width + toColumn] = data[(plane * height + row) * own + column]!;
      }
  return { inputs: { x: { shape: [1, 3, height, width], data: planes } } };
}
