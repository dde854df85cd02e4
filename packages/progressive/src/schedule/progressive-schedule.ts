import {
  LowbitError,
  type Options,
  type OptionSchema,
  roundHalfEven,
  type Schedule,
  type ScheduledWeight,
} from '@lowbit/core/method';
import { nearestWidth, snappedWidths } from '../assignment/widths.js';

/** Options of {@link progressiveSchedule}. */
export interface ProgressiveScheduleOptions {
  /** Bits in the first round, 1 … 16. Default 8. */
  readonly from?: number;
  /** Bits in the last round, 1 … 16; 0 (default): what the plan gives each weight. */
  readonly to?: number;
  /** Number of rounds at most, 1 or more: one that would change no weight is left out. Default 4. */
  readonly rounds?: number;
  /** Only 8, 4, 2 and 1 bits, besides the last width. Default `false`. */
  readonly snap?: boolean;
}

const options = {
  from: { type: 'number', default: 8, min: 1, max: 16, help: 'bits in the first round' },
  to: { type: 'number', default: 0, min: 0, max: 16, help: "bits in the last round; 0: the plan's" },
  rounds: { type: 'number', default: 4, min: 1, max: 1000, help: 'number of rounds at most' },
  snap: { type: 'boolean', default: false, help: 'only 8, 4, 2 and 1 bits on the way' },
} satisfies OptionSchema;

/**
 * Lets the bits of every weight fall over training time: round r of R trains, fake-quantized, with
 *
 *     bits(r) = round(from − (from − to)·r / (R − 1)),   r = 0 … R − 1
 *
 * so that the network meets a coarse grid only when it has adapted to a finer one. By default each weight ends with the bits
 * that the plan gives it, so that the schedule goes together with {@link progressive} and other policies; a weight that the
 * plan gives `from` bits or more keeps them throughout. Bits never rise from one round to the next. Weights of which something
 * is frozen keep their bits.
 *
 * Example: from 8 to 2 in 4 rounds: 8, 6, 4, 2 bits.
 *
 * Source: B. Zhuang, C. Shen, M. Tan, L. Liu, I. Reid, "Towards Effective Low-bitwidth Convolutional Neural Networks", CVPR
 * 2018, arXiv:1711.00205 (progressive quantization); the paper of {@link progressive} lets bits fall over depth, not time.
 *
 * Deviations: the even steps are ours.
 *
 * @throws LowbitError from `next`: `unsupported-option` for widths or rounds that are no integers.
 */
export function progressiveSchedule(settings: ProgressiveScheduleOptions = {}): Schedule {
  return {
    kind: 'schedule',
    api: 2,
    name: 'progressive',
    summary: 'bits that fall over the rounds of training',
    paper: 'Zhuang et al., CVPR 2018, arXiv:1711.00205',
    options,
    configured: { ...settings },
    simulates: true,
    next({ finished, weights, options: given, memory }) {
      const { to, ...fall } = checked(given);
      const targets = (memory['targets'] ??= targetsOf(weights, to)) as Readonly<Record<string, number>>;
      const steps = stepsOf(weights, targets, fall);
      const bits = steps[finished];
      return bits === undefined ? null : { name: `round ${finished + 1} of ${steps.length}`, bits };
    },
  };
}

/** The bits that each weight ends with, by id. */
function targetsOf(weights: readonly ScheduledWeight[], to: number): Readonly<Record<string, number>> {
  return Object.fromEntries(weights.map(({ id, bits }) => [id, to === 0 ? bits : to]));
}

/** The bits of every weight that may change, round by round; a round in which nothing changes is left out. */
function stepsOf(
  weights: readonly ScheduledWeight[],
  targets: Readonly<Record<string, number>>,
  fall: Fall,
): readonly ReadonlyMap<string, number>[] {
  const free = weights.filter(({ frozen }) => !frozen.includes(1));
  const all = Array.from({ length: fall.rounds }, (_, round) =>
    free.map(({ id }) => [id, bitsInRound(round, targets[id] as number, fall)] as const),
  );
  const changing = all.filter((bits, round) => round === 0 || String(bits) !== String(all[round - 1]));
  return changing.map((bits) => new Map(bits));
}

function checked(given: Options): Required<ProgressiveScheduleOptions> {
  const [from, to, rounds] = [given['from'] as number, given['to'] as number, given['rounds'] as number];
  if ([from, to, rounds].every(Number.isInteger)) return { from, to, rounds, snap: given['snap'] as boolean };
  throw new LowbitError({
    code: 'unsupported-option',
    where: "schedule 'progressive'",
    expected: 'integers for from, to and rounds',
    received: `from ${from}, to ${to}, rounds ${rounds}`,
  });
}

/** How bits fall over the rounds of training. */
interface Fall {
  readonly from: number;
  readonly rounds: number;
  readonly snap: boolean;
}

/**
 * The bits of a weight during a round: from `from` in the first to `to` in the last, in even steps, ties to even; when
 * snapped, only 8, 4, 2 and 1 on the way. A weight that ends with `from` bits or more has its own all the time.
 *
 * @param round 0 … rounds − 1
 * @param to bits in the last round
 */
function bitsInRound(round: number, to: number, { from, rounds, snap }: Fall): number {
  if (to >= from || round >= rounds - 1) return to;
  const wanted = roundHalfEven(from - ((from - to) * round) / (rounds - 1));
  const snapped = snappedWidths.filter((bits) => bits > to && bits <= from);
  return snap ? nearestWidth(wanted, [to, ...snapped]) : wanted;
}
