import { checkHas } from '../errors/check-kinds.js';
import type { ScheduledWeight } from '../contract/schedule.js';
import { sliceLayout } from '../scheme/slicing.js';

/** The values of one slice that have one code, as they are now. */
export interface Cluster {
  readonly slice: number;
  readonly code: number;
  /** The level that its values are snapped to. */
  readonly level: number;
  /** Number of values. */
  readonly size: number;
  /** Σ (value − level)². */
  readonly error: number;
  /** Whether a value of it is frozen already. Values that came to such a cluster since are frozen with it. */
  readonly held: boolean;
}

/** The clusters of a weight, and which value belongs to which. */
export interface ClusterMap {
  /** Those with values, slice by slice, codes ascending. */
  readonly slices: readonly (readonly Cluster[])[];
  /** 1, row-major, where the value's cluster is chosen or the value is frozen. */
  mask(chosen: (cluster: Cluster) => boolean): Uint8Array;
}

/**
 * Groups the values of a weight by slice and code, for schedules that freeze levels. `held` tells which levels values are
 * frozen to already.
 */
export function clusterMap(
  weight: Pick<ScheduledWeight, 'values' | 'tensor' | 'quantized' | 'frozen'>,
): ClusterMap {
  const members = ['values', 'tensor', 'quantized', 'frozen'];
  checkHas(weight, members, 'clusterMap(weight)', 'a weight that a schedule is asked about');
  const { values, tensor, quantized, frozen } = weight;
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const ordered: Ordered = {
    values: layout.toSliceMajor(values),
    codes: layout.toSliceMajor(tensor.codes),
    levels: layout.toSliceMajor(quantized),
    frozen: layout.toSliceMajor(frozen),
  };
  const slices = Array.from({ length: layout.count }, (_, slice) =>
    clustersOf(ordered, slice, layout.start(slice), layout.end(slice)),
  );
  return {
    slices,
    mask(chosen) {
      const mask = ordered.frozen.slice();
      slices.forEach((clusters, slice) => {
        const hold = new Set(clusters.filter(chosen).map(({ code }) => code));
        for (let i = layout.start(slice); i < layout.end(slice); i++)
          if (hold.has(ordered.codes[i] as number)) mask[i] = 1;
      });
      return layout.fromSliceMajor(mask);
    },
  };
}

/** A weight in slice-major order. */
interface Ordered {
  readonly values: Float32Array;
  readonly codes: Uint8Array | Uint16Array;
  readonly levels: Float32Array;
  readonly frozen: Uint8Array;
}

/** The clusters of the values `from` … `to − 1`, which are one slice. */
function clustersOf(
  { values, codes, levels, frozen }: Ordered,
  slice: number,
  from: number,
  to: number,
): readonly Cluster[] {
  const byCode = new Map<number, { -readonly [K in keyof Cluster]: Cluster[K] }>();
  for (let i = from; i < to; i++) {
    const [code, level] = [codes[i] as number, levels[i] as number];
    const cluster = byCode.get(code) ?? { slice, code, level, size: 0, error: 0, held: false };
    cluster.size += 1;
    cluster.error += ((values[i] as number) - level) ** 2;
    cluster.held ||= frozen[i] === 1;
    byCode.set(code, cluster);
  }
  return [...byCode.values()].sort((a, b) => a.code - b.code);
}
