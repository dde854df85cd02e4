import { levelsOf, levelValue, type Rounder, sliceParameters } from '@lowbit/core/method';

/**
 * Rounds so that the mean of each output stays where it is: beginning with the nearest levels, a weight goes to the level on its
 * other side where that brings the mean nearer to what it was.
 */
export default function pluginFactory(): Rounder {
  return {
    kind: 'rounder',
    api: 2,
    name: 'plugin-name',
    summary: 'to the level below or above, so that the means of outputs stay',
    needs: ['inputMean'],
    round(values, scheme, { layout: { inputs, slices }, inputMean, nearest }) {
      const codes = nearest.slice();
      // What a code stands for, less the weight.
      const off = (code: number, at: number) =>
        levelValue(sliceParameters(scheme, slices[at]!))(code) - values[at]!;
      for (let from = 0; from < values.length; from += inputs) {
        let shift = inputMean.reduce((sum, mean, i) => sum + mean * off(codes[from + i]!, from + i), 0);
        for (let at = from; at < from + inputs; at++) {
          const other = otherSide((code) => off(code, at), codes[at]!, levelsOf(scheme));
          const change = inputMean[at - from]! * (off(other, at) - off(codes[at]!, at));
          if (Math.abs(shift + change) >= Math.abs(shift)) continue;
          codes[at] = other;
          shift += change;
        }
      }
      return codes;
    },
  };
}

/** The code of the level that is nearest on the other side of the weight; the same code where there is none. */
function otherSide(off: (code: number) => number, own: number, count: number): number {
  let best = own;
  for (let code = 0; code < count; code++)
    if (off(code) * off(own) < 0 && (best === own || Math.abs(off(code)) < Math.abs(off(best)))) best = code;
  return best;
}
