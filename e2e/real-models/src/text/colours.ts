/** Ink and paper, red, green, blue: print, faded print, white on dark, colour on tint. */
export const COLOURS = [
  [
    [20, 20, 25],
    [250, 250, 248],
  ],
  [
    [95, 90, 88],
    [214, 208, 196],
  ],
  [
    [240, 240, 235],
    [40, 52, 74],
  ],
  [
    [150, 30, 40],
    [244, 226, 180],
  ],
] as const;
