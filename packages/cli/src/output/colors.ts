import pico from 'picocolors';

import type { Output } from '../io.js';

export type Colors = ReturnType<typeof pico.createColors>;

/** Colours for an output: none in a pipe, with NO_COLOR set, or on a terminal that knows none. */
export function colorsFor(output: Output): Colors {
  const { NO_COLOR, TERM } = process.env;
  return pico.createColors(output.isTTY === true && !NO_COLOR && TERM !== 'dumb');
}
