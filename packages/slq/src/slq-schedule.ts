import {
  checkOptionNames,
  type Cluster,
  clusterMap,
  type ClusterMap,
  type OptionSchema,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
} from '@lowbit/core/method';
import { checkCounts, defaultCounts } from './freeze-counts.js';
import { compareBy, type CompareClusters, type LossNow } from './freeze-order.js';
import { clusterCount, type FreezeOrder, freezeOrders } from './options.js';

/** Options of {@link slqSchedule}. */
export interface SlqScheduleOptions {
  /** Which clusters are frozen first. Default `quantizer`: as the weight's quantizer says, `loss` if it does not. */
  readonly order?: FreezeOrder | 'quantizer';
  /**
   * How many clusters are frozen after each round, in a layer with as many clusters as the last number; other layers
   * take the same shares. Default: by width, see {@link defaultCounts}; each weight follows its own.
   */
  readonly counts?: readonly number[];
}

const options: OptionSchema = {
  order: {
    type: 'choice',
    default: 'quantizer',
    values: ['quantizer', ...freezeOrders],
    help: 'which clusters are frozen first: largest loss, magnitude or squared error; quantizer: as its option says',
  },
};

/**
 * SLQ's freeze schedule: in every round some clusters of each weight are snapped to their centroids and frozen, the rest
 * of the network is trained, and what is left is clustered again around the frozen centroids, until nothing is left.
 *
 *     frozen after round r:  ⌈k · f_r / K⌉ of the k clusters that a slice has,   f = 5, 9, 13, 15, 17 for K = 17
 *
 * `loss` freezes first the clusters whose snapping alone raises the network's loss the most: it costs one run of the
 * network a code, and a tie is broken by the squared error. Without batches to measure the loss it is replaced by
 * `squared-error`, and the round's name says so. `magnitude` freezes 0 and then the largest levels (the released code);
 * `squared-error` the clusters with the largest Σ (x − c)². A slice that its codebook represents exactly is frozen at
 * once. Values that moved into the cell of a frozen centroid are frozen there.
 *
 * Fits any quantizer with `refit`; made for `slq` and `eslq`. Everything is frozen after the last round, in which only
 * what is not quantized trains (biases, normalization).
 *
 * Source: see `slq`; the counts for 17 clusters are those of the released AlexNet recipe. The paper ranks clusters by
 * loss, its released code by magnitude.
 *
 * Deviations: counts for other numbers of clusters are ours. In the released code what is not quantized does not train;
 * here it does.
 *
 * @throws LowbitError `unsupported-option` for counts that do not ascend, and for other options.
 */
export function slqSchedule(settings: SlqScheduleOptions = {}): Schedule {
  checkOptionNames(settings, ['order', 'counts'], 'slqSchedule');
  const { order, counts } = settings;
  if (counts !== undefined) checkCounts(counts);
  return {
    kind: 'schedule',
    api: 2,
    name: 'slq',
    summary: 'freezes clusters round by round, while the others train on',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    options,
    configured: order === undefined ? {} : { order },
    async next(state) {
      const open = state.weights.filter(({ frozen }) => frozen.includes(0));
      if (open.length === 0) return null;
      const network = await lossNow(state, open);
      const hold = new Map<string, Uint8Array>();
      for (const weight of open) {
        const compare = await compareBy(orderOf(weight, state), weight, network);
        hold.set(
          weight.id,
          chooseClusters(clusterMap(weight), countAfter(weight, state.finished, counts), compare),
        );
      }
      return { name: roundName(state, open), hold };
    },
  };
}

/** What orders by loss need; not measured when no weight asks for it. */
async function lossNow(state: ScheduleState, open: readonly ScheduledWeight[]): Promise<LossNow | undefined> {
  const { loss } = state;
  if (loss === undefined || !open.some((weight) => orderOf(weight, state) === 'loss')) return undefined;
  return { loss, now: await loss(new Map()) };
}

/** How many of k clusters of a weight are frozen after the next round. */
function countAfter(
  { options: settings, bits }: ScheduledWeight,
  finished: number,
  counts: readonly number[] = defaultCounts(clusterCount(settings, bits)),
): (clusters: number) => number {
  const all = counts[counts.length - 1] as number;
  const count = counts[finished] ?? all;
  return (clusters) => Math.ceil((clusters * count) / all);
}

/** The mask that freezes the clusters that come first, until each slice has as many as it should. */
function chooseClusters(
  map: ClusterMap,
  wantedOf: (clusters: number) => number,
  compare: CompareClusters,
): Uint8Array {
  const chosen = new Set<Cluster>();
  for (const clusters of map.slices) {
    const held = clusters.filter((cluster) => cluster.held);
    const isExact = clusters.every(({ error }) => error === 0);
    const wanted = isExact ? clusters.length : wantedOf(clusters.length);
    const waiting = clusters.filter((cluster) => !cluster.held).sort(compare);
    for (const cluster of [...held, ...waiting].slice(0, Math.max(wanted, held.length + 1)))
      chosen.add(cluster);
  }
  return map.mask((cluster) => chosen.has(cluster));
}

function orderOf(weight: ScheduledWeight, { options: { order } }: ScheduleState): FreezeOrder {
  const wanted = order === 'quantizer' ? weight.options['order'] : order;
  return freezeOrders.find((known) => known === wanted) ?? 'loss';
}

function roundName(state: ScheduleState, open: readonly ScheduledWeight[]): string {
  const orders = new Set(open.map((weight) => orderOf(weight, state)));
  const lacksLoss = orders.has('loss') && state.loss === undefined;
  const note = lacksLoss ? ', ordered by squared error as there are no batches to measure the loss' : '';
  return `slq round ${state.finished + 1}${note}`;
}
