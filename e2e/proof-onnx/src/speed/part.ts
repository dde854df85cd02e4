import { gate, type Part, type Row, type Tell } from '@lowbit/e2e-real-models/proof';
import { fitExponent } from './fit-exponent.js';
import { timedMethods } from './methods.js';
import { makeWeights, timeMethod } from './time-method.js';

/** Weights a second that are aimed at, in millions; half of it must be reached on a machine that others use too. */
const [goal, least] = [100, 50];
/** Numbers of weights over which the cost must grow linearly, in millions. */
const millions = [1, 3, 10, 30, 100];
/** Time grows by at most the number of weights to this power: the rest is for caches and pauses. */
const largestExponent = 1.15;

/** Quantizers in closed form, one core: weights a second, and how the cost grows. */
export const quantizersPart: Part = {
  name: 'quantizers',
  async measure(tell) {
    const speeds = measureSpeeds(tell);
    const growth = measureGrowth(tell);
    return {
      name: 'quantizers',
      title: 'Closed-form quantizers on one core: fit, check and code one tensor',
      rows: [...speeds, ...growth.map(({ row }) => row)],
      gates: [
        ...speeds.map((row) =>
          gate(`M weights/s of ${row.method} at ${row.bits} bits`, row.mWeightsPerSecond, least, goal),
        ),
        ...growth.map(({ row, exponent }) =>
          gate(
            `linear growth of ${row['method'] as string}: ${largestExponent} − exponent`,
            largestExponent - exponent,
            0,
          ),
        ),
      ],
      skipped: [],
    };
  },
};

interface Speed extends Row {
  readonly method: string;
  readonly bits: number;
  readonly mWeightsPerSecond: number;
}

function measureSpeeds(tell: Tell): Speed[] {
  const values = makeWeights(10e6);
  return timedMethods.flatMap(({ quantizer, bits }) =>
    bits.map((width) => {
      tell(`${quantizer.name} at ${width} bits`);
      const nanoseconds = timeMethod(quantizer, width, values, 7);
      return { method: quantizer.name, bits: width, mWeightsPerSecond: 1000 / nanoseconds };
    }),
  );
}

function measureGrowth(tell: Tell) {
  const arrays = millions.map((count) => makeWeights(count * 1e6));
  return timedMethods.map(({ quantizer }) => {
    const points = arrays.map((values) => {
      tell(`${quantizer.name}, ${values.length / 1e6} million weights`);
      return [values.length, timeMethod(quantizer, 8, values, 3)] as const;
    });
    const exponent = fitExponent(points.map(([count, each]) => [count, count * each]));
    const columns = points.map(([count, each]) => [`ns at ${count / 1e6} M`, each] as const);
    const row: Row = { method: quantizer.name, bits: 8, ...Object.fromEntries(columns), exponent };
    return { row, exponent };
  });
}
