import {
  checkOptionNames,
  LowbitError,
  type OptionSchema,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
} from '@lowbit/core/method';

/** Options of {@link inqSchedule}. */
export interface InqScheduleOptions {
  /**
   * The share of each weight's values that is frozen after each round, ascending to 1. Default the paper's 0.5, 0.75,
   * 0.875, 1.
   */
  readonly fractions?: readonly number[];
  /** `magnitude` (default): the largest values first, as the paper recommends; `random`: as the paper compares with. */
  readonly order?: 'magnitude' | 'random';
}

const options: OptionSchema = {
  order: {
    type: 'choice',
    default: 'magnitude',
    values: ['magnitude', 'random'],
    help: 'which values are frozen first: the largest, or random ones',
  },
};

/** For all networks of the paper but AlexNet, which has 0.3, 0.6, 0.8, 1. */
const paperFractions: readonly number[] = [0.5, 0.75, 0.875, 1];

/**
 * INQ's schedule: in every round the largest values of each weight that are still free are snapped to their levels and
 * frozen, until a given share of the weight is; the rest of the network is trained.
 *
 * Fits any quantizer with `refit`; made for `inq`. In the last round only what is not quantized trains (biases,
 * normalization).
 *
 * Source: see `inq`, section 2.2 (weight partition, group-wise quantization and re-training).
 *
 * Deviations: none known.
 *
 * @throws LowbitError `unsupported-option` unless the fractions ascend, lie above 0 and end with 1, and for other options.
 */
export function inqSchedule(settings: InqScheduleOptions = {}): Schedule {
  checkOptionNames(settings, ['fractions', 'order'], 'inqSchedule');
  const { fractions = paperFractions, order } = settings;
  checkFractions(fractions);
  return {
    kind: 'schedule',
    api: 2,
    name: 'inq',
    summary: 'freezes the largest weights first, by shares of each layer',
    paper: 'Zhou et al., Incremental Network Quantization, ICLR 2017, arXiv:1702.03044',
    options,
    configured: order === undefined ? {} : { order },
    next(state) {
      const open = state.weights.filter(({ frozen }) => frozen.includes(0));
      if (open.length === 0) return null;
      const share = fractions[state.finished] ?? 1;
      const hold = new Map(open.map((weight) => [weight.id, maskOf(weight, share, state)]));
      return { name: `inq: ${100 * share} % frozen`, hold };
    },
  };
}

/** 1 for frozen values and for those that come first of the others, until the share is reached. */
function maskOf({ values, frozen }: ScheduledWeight, share: number, state: ScheduleState): Uint8Array {
  const mask = frozen.slice();
  const free = Array.from(values.keys()).filter((i) => frozen[i] !== 1);
  const rank = ranks(values, state);
  const missing = Math.ceil(share * values.length) - (values.length - free.length);
  free.sort((a, b) => (rank[b] as number) - (rank[a] as number) || a - b);
  for (const i of free.slice(0, Math.max(0, missing))) mask[i] = 1;
  return mask;
}

function ranks(values: Float32Array, { options: { order }, random }: ScheduleState): Float32Array {
  return order === 'random' ? values.map(random) : values.map(Math.abs);
}

function checkFractions(fractions: readonly number[]): void {
  const ascend = fractions.every((fraction, i) => fraction > (fractions[i - 1] ?? 0));
  if (ascend && fractions[fractions.length - 1] === 1) return;
  throw new LowbitError({
    code: 'unsupported-option',
    where: "schedule 'inq': option 'fractions'",
    expected: 'ascending shares above 0, the last one 1',
    received: `[${fractions.join(', ')}]`,
  });
}
