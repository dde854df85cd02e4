import {
  checkOptionNames,
  type Cluster,
  clusterMap,
  type OptionSchema,
  type Round,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
} from '@lowbit/core/method';
import { byDepth, byLoss, type Candidate } from './layer-order.js';
import { type LayerOrder, layerOrders } from './options.js';

/** Options of {@link mlqSchedule}. */
export interface MlqScheduleOptions {
  /** Number of groups that the layers are quantized in. Default 4. */
  readonly groups?: number;
  /** Which layers come first. Default `quantizer`: as the weight's quantizer says, `loss` if it does not. */
  readonly order?: LayerOrder | 'quantizer';
  /**
   * `false` (default): the boundary clusters of all groups, then the middle clusters of all groups. `true`: both, group by
   * group.
   */
  readonly interleave?: boolean;
}

const options: OptionSchema = {
  groups: { type: 'number', default: 4, min: 1, max: 1000, help: 'number of groups of layers' },
  order: {
    type: 'choice',
    default: 'quantizer',
    values: ['quantizer', ...layerOrders],
    help: 'which layers come first: largest loss, or depth (input to output); quantizer: as its option says',
  },
  interleave: {
    type: 'boolean',
    default: false,
    help: 'whether a group is finished before the next one begins',
  },
};

/** The name of a round lists so many weights. */
const mostListed = 3;

/** What a round snaps in the weights that it takes. */
type Step = 'boundary' | 'middle';

/**
 * MLQ's incremental layer compensation: in every round one group of layers takes a step, and everything that is still
 * free, also in the other layers, is trained.
 *
 *     step 1 (boundary):  values of c− and c+ are snapped and frozen, the middle cluster trains on
 *     step 2 (middle):    the layer is clustered once more, then all its values are snapped and frozen
 *
 * Groups have ⌈L / groups⌉ of the L weights. Before each round the weights that wait for the step are ordered: `loss`
 * compares across all of them how much the step alone would change the network's loss (one run of the network each);
 * those it helps come first, then the largest rises. `depth` goes from the input to the output, and stands in for `loss`
 * where there are no batches to measure it; the round's name then says so. The session records the loss after every
 * step.
 *
 * Fits any quantizer with `refit`; made for `mlq` and `emlq`. A weight that its codebook represents exactly is frozen in
 * its first step. In the last round only what is not quantized trains.
 *
 * Source: see `mlq`.
 *
 * Deviations: how the paper groups layers, and whether it finishes a group before the next, was not at hand: four groups,
 * both sweeps one after the other, is ours.
 */
export function mlqSchedule(settings: MlqScheduleOptions = {}): Schedule {
  checkOptionNames(settings, Object.keys(options), 'mlqSchedule');
  const { groups, order, interleave } = settings;
  return {
    kind: 'schedule',
    api: 2,
    name: 'mlq',
    summary: 'freezes outer clusters before middle ones, group of layers by group of layers',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    options,
    configured: {
      ...(groups === undefined ? {} : { groups }),
      ...(order === undefined ? {} : { order }),
      ...(interleave === undefined ? {} : { interleave }),
    },
    async next(state) {
      const all = state.weights.filter(({ values }) => values.length > 0);
      const open = all.filter(({ frozen }) => frozen.includes(0));
      if (open.length === 0) return null;
      const untouched = open.filter(({ frozen }) => !frozen.includes(1));
      const begun = open.filter(({ frozen }) => frozen.includes(1));
      const size = Math.ceil(all.length / (state.options['groups'] as number));
      const isMiddle = untouched.length === 0 || (state.options['interleave'] === true && begun.length > 0);
      return isMiddle
        ? takeStep('middle', begun.map(middleCandidate), size, state)
        : takeStep('boundary', untouched.map(boundaryCandidate), size, state);
    },
  };
}

function boundaryCandidate(weight: ScheduledWeight): Candidate {
  return { weight, mask: boundaryMask(weight) };
}

function middleCandidate(weight: ScheduledWeight): Candidate {
  return { weight, mask: new Uint8Array(weight.values.length).fill(1) };
}

/** The round in which the first `size` candidates take the step. */
async function takeStep(
  step: Step,
  candidates: readonly Candidate[],
  size: number,
  state: ScheduleState,
): Promise<Round> {
  const order = orderOf(candidates, state);
  const ordered =
    order === 'loss' && state.loss !== undefined ? await byLoss(candidates, state.loss) : byDepth(candidates);
  const group = ordered.slice(0, size);
  const note =
    order === 'loss' && state.loss === undefined
      ? ', ordered by depth as there are no batches to measure the loss'
      : '';
  return {
    name: `${step} clusters of ${listed(group.map(({ weight }) => weight.id))}${note}`,
    hold: new Map(group.map(({ weight, mask }) => [weight.id, mask])),
  };
}

/** Layers are compared with each other, so one order holds for all: `loss` if any asks for it. */
function orderOf(candidates: readonly Candidate[], { options: { order } }: ScheduleState): LayerOrder {
  if (order !== 'quantizer') return order as LayerOrder;
  const named = new Set(candidates.map(({ weight }) => weight.options['order']));
  return layerOrders.find((known) => named.has(known)) ?? 'loss';
}

/** A few names, and how many more there are. */
function listed(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return rest > 0 ? `${names.slice(0, mostListed).join(', ')} and ${rest} more` : names.join(', ');
}

/**
 * 1 where a value belongs to the boundary clusters of its slice: the lowest and the highest level; of two levels the one
 * farther from 0; all values of a slice with one level, or of a weight that its codebook represents exactly.
 */
export function boundaryMask(weight: ScheduledWeight): Uint8Array {
  const map = clusterMap(weight);
  if (map.slices.flat().every(({ error }) => error === 0)) return map.mask(() => true);
  const boundary = new Set(map.slices.flatMap(boundaryOf));
  return map.mask((cluster) => boundary.has(cluster));
}

function boundaryOf(clusters: readonly Cluster[]): readonly Cluster[] {
  const [first, last] = [clusters[0], clusters[clusters.length - 1]];
  if (first === undefined || last === undefined || clusters.length === 1) return clusters;
  if (clusters.length > 2) return [first, last];
  return [Math.abs(first.level) > Math.abs(last.level) ? first : last];
}
