import { LowbitError } from '@lowbit/core/method';

/** Which list of steps is used: our exact one, the paper's Table I, or the constants of the authors' code. */
export type StepList = 'exact' | 'paper' | 'code';

/** The step for one number of bits, in standard deviations, and the loss that goes with it. */
export interface StepRow {
  readonly bits: number;
  /** The step λ that minimises the loss on a normal distribution. */
  readonly exact: number;
  /** Mean squared error at the exact step, in variances. */
  readonly loss: number;
  /** λ as printed in Table I of the paper. */
  readonly paper?: number;
  /** Loss as printed in Table I of the paper. */
  readonly paperLoss?: number;
  /** λ as it stands in the code that the authors released. */
  readonly code?: number;
}

/**
 * The step table. `exact` and `loss` are derived in `fixtures/derive-steps.py` and, independently, in
 * `src/steps.test.ts`; `paper` and `paperLoss` are Table I of the paper.
 */
export const stepTable: readonly StepRow[] = [
  {
    bits: 1,
    exact: 1.59576912161,
    loss: 0.363380227632,
    paper: 1.5959,
    paperLoss: 0.3625,
    code: 1.59501616252,
  },
  {
    bits: 2,
    exact: 0.995686685944,
    loss: 0.118846050384,
    paper: 0.9894,
    paperLoss: 0.1189,
    code: 0.995290085413,
  },
  {
    bits: 3,
    exact: 0.586019441443,
    loss: 0.0374396593915,
    paper: 0.5838,
    paperLoss: 0.0374,
    code: 0.587221150394,
  },
  {
    bits: 4,
    exact: 0.3352006122,
    loss: 0.0115428844314,
    paper: 0.3327,
    paperLoss: 0.0115,
    code: 0.335890498025,
  },
  {
    bits: 5,
    exact: 0.18813879028,
    loss: 0.00349521136151,
    paper: 0.1897,
    paperLoss: 0.0035,
    code: 0.189442240886,
  },
  {
    bits: 6,
    exact: 0.104063009442,
    loss: 0.00104004540879,
    paper: 0.1043,
    paperLoss: 0.001,
    code: 0.105708770415,
  },
  {
    bits: 7,
    exact: 0.0568676723824,
    loss: 0.000304332770824,
    paper: 0.0563,
    paperLoss: 0.0003,
    code: 0.0570827360239,
  },
  {
    bits: 8,
    exact: 0.0307623875823,
    loss: 8.76861857841e-5,
    paper: 0.0304,
    paperLoss: 0.0001,
    code: 0.0304821810367,
  },
  { bits: 9, exact: 0.0164989587739, loss: 2.49190296463e-5 },
  { bits: 10, exact: 0.00878546458107, loss: 6.99700519713e-6 },
  { bits: 11, exact: 0.00464984183805, loss: 1.94441312895e-6 },
  { bits: 12, exact: 0.00244841108372, loss: 5.35536536844e-7 },
  { bits: 13, exact: 0.00128362073931, loss: 1.46369328233e-7 },
  { bits: 14, exact: 0.000670451793038, loss: 3.97393965922e-8 },
  { bits: 15, exact: 0.000349059385962, loss: 1.07269835869e-8 },
  { bits: 16, exact: 0.000181223569783, loss: 2.88092238119e-9 },
];

/** The row for a number of bits. Throws `unsupported-bits` unless `bits` is an integer from 1 to 16. */
export function stepRow(bits: number): StepRow {
  const row = stepTable[bits - 1];
  if (row !== undefined) return row;
  throw new LowbitError({
    code: 'unsupported-bits',
    where: 'ul2q',
    expected: 'an integer from 1 to 16',
    received: String(bits),
  });
}

/** The step λ in standard deviations. Beyond 8 bits, where the other lists end, it is the exact one. */
export function stepOf(bits: number, list: StepList): number {
  const row = stepRow(bits);
  return row[list] ?? row.exact;
}
