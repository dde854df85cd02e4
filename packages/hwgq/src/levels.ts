import { LowbitError, type SliceParameters, toFloat32, toScale } from '@lowbit/core/method';

/**
 * Where the positive levels lie: at the multiples of one step, or each at the mean of its cell; where they lose least, or
 * where the authors' code has them.
 */
export type LevelKind = 'uniform' | 'non-uniform' | 'released' | 'released-non-uniform';

/**
 * What a small positive value becomes. `caffe`: the first threshold is 0, so that every positive value gets a
 * positive level (the paper). `nearest`: the first threshold is half the lowest level.
 */
export type CellRule = 'caffe' | 'nearest';

/** The levels for one width, for x standard normal. */
export interface HalfWaveRow {
  readonly bits: number;
  /** The positive levels, at most 2^bits − 1, ascending, in standard deviations; 0 is one more. */
  readonly levels: readonly number[];
  /** E[(Q(x) − x)²; x > 0], in variances: the loss against max(x, 0), whose power is ½. */
  readonly loss: number;
}

/**
 * The levels by kind, cell rule and bits. `uniform` and `non-uniform` lose least, E[(Q(x) − x)²; x > 0] for x standard
 * normal: 12 digits, derived in `fixtures/derive-levels.py` and again in `test/solve-levels.ts`. `released` are the steps of
 * the authors' code, rounded to 2 to 4 digits, `released-non-uniform` the two levels of its only non-uniform setting.
 *
 * Source: Z. Cai, X. He, J. Sun, N. Vasconcelos, "Deep Learning with Low Precision by Half-wave Gaussian
 * Quantization", CVPR 2017, arXiv:1702.00953, section 4; the optimum of a half Gaussian is S. P. Lloyd's and J. Max's.
 */
export const halfWaveTable: Readonly<Record<LevelKind, Readonly<Record<CellRule, readonly HalfWaveRow[]>>>> =
  {
    uniform: {
      caffe: [
        { bits: 1, levels: multiples(0.797884560803, 1), loss: 0.1816901138 },
        { bits: 2, levels: multiples(0.5388119234, 3), loss: 0.04322065782 },
        { bits: 3, levels: multiples(0.321728909068, 7), loss: 0.01020301309 },
        { bits: 4, levels: multiples(0.184243342763, 15), loss: 0.002512638645 },
      ],
      nearest: [
        { bits: 1, levels: multiples(1.22400636192, 1), loss: 0.09508701962 },
        { bits: 2, levels: multiples(0.650769703997, 3), loss: 0.02342998719 },
        { bits: 3, levels: multiples(0.353411315571, 7), loss: 0.006444692955 },
        { bits: 4, levels: multiples(0.193248524397, 15), loss: 0.001846609886 },
      ],
    },
    'non-uniform': {
      caffe: [
        { bits: 1, levels: [0.797884560803], loss: 0.1816901138 },
        { bits: 2, levels: [0.317716369295, 1.0001060462, 1.89359481164], loss: 0.02898882686 },
        {
          bits: 3,
          levels: [
            0.145706244142, 0.441320889377, 0.750442617979, 1.0856353125, 1.46752826799, 1.93861240649,
            2.62506250816,
          ],
          loss: 0.006116000054,
        },
        {
          bits: 4,
          levels: [
            0.0701552458467, 0.210928094511, 0.353109629495, 0.497713704638, 0.645876291777, 0.798926980295,
            0.95849035521, 1.12663985746, 1.30614683613, 1.50091233345, 1.71677886284, 1.96322379512,
            2.25744031961, 2.63661420423, 3.21356223762,
          ],
          loss: 0.001419640202,
        },
      ],
      nearest: [
        { bits: 1, levels: [1.22400636192], loss: 0.09508701962 },
        { bits: 2, levels: [0.560576888274, 1.18814695307, 2.0333691813], loss: 0.02200019125 },
        {
          bits: 3,
          levels: [
            0.273856854904, 0.554763694676, 0.851134412124, 1.17487917836, 1.54605675371, 2.00647439615,
            2.68086611899,
          ],
          loss: 0.00536860528,
        },
        {
          bits: 4,
          levels: [
            0.136015751042, 0.27287627762, 0.411463696758, 0.552739195918, 0.697794548688, 0.847921235693,
            1.00470984822, 1.17020212122, 1.34713801239, 1.53938491548, 1.75274536884, 1.99664269909,
            2.28818417201, 2.66438550389, 3.23757665348,
          ],
          loss: 0.001332053358,
        },
      ],
    },
    released: {
      caffe: [
        { bits: 1, levels: multiples(0.799, 1), loss: 0.1816907359 },
        { bits: 2, levels: multiples(0.538, 3), loss: 0.04322110803 },
        { bits: 3, levels: multiples(0.3217, 7), loss: 0.0102030137 },
        { bits: 4, levels: multiples(0.185, 15), loss: 0.002513055723 },
      ],
      nearest: [
        { bits: 1, levels: multiples(0.799, 1), loss: 0.131483347 },
        { bits: 2, levels: multiples(0.538, 3), loss: 0.02778317744 },
        { bits: 3, levels: multiples(0.3217, 7), loss: 0.006889656152 },
        { bits: 4, levels: multiples(0.185, 15), loss: 0.001882017373 },
      ],
    },
    'released-non-uniform': {
      caffe: [{ bits: 2, levels: [0.453, 1.51], loss: 0.05874096612 }],
      nearest: [{ bits: 2, levels: [0.453, 1.51], loss: 0.04950901424 }],
    },
  };

/** The row for a number of bits. Throws `unsupported-bits` where the kind has none. */
export function halfWaveRow(kind: LevelKind, cell: CellRule, bits: number): HalfWaveRow {
  const rows = halfWaveTable[kind][cell];
  const row = rows.find((one) => one.bits === bits);
  if (row !== undefined) return row;
  const offered = rows.map((one) => one.bits).join(', ');
  throw new LowbitError({
    code: 'unsupported-bits',
    where: `hwgq:levels=${kind}`,
    expected: offered,
    received: String(bits),
    remedy: `Choose activations of ${offered} bits, or other levels.`,
  });
}

function multiples(step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (i + 1) * step);
}

/**
 * The codebook of one site: 0 and the levels of the row times the deviation, with thresholds halfway between
 * neighbours, the first one as the cell rule says. A deviation too small for float32 counts as 0.
 */
export function halfWaveCodebook(row: HalfWaveRow, cell: CellRule, deviation: number): SliceParameters {
  const scale = toScale(deviation);
  const levels = [0, ...row.levels].map((level) => level * scale);
  const thresholds = levels.slice(1).map((level, i) => {
    return i === 0 && cell === 'caffe' ? 0 : ((levels[i] as number) + level) / 2;
  });
  return {
    kind: 'codebook',
    values: Float32Array.from(levels, toFloat32),
    thresholds: Float32Array.from(thresholds, toFloat32),
  };
}
