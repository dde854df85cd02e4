import { floorLog2 } from '@lowbit/core/method';

/**
 * The first centroids of the released code: 0, m, −m, m/2, −m/2, m/4 … with m the largest power of two that is not above
 * max|w|. These are the levels of INQ. In this order: a value midway between two goes to the one that stands first.
 *
 * Source: the code released with the paper (see `slq`), include/caffe/kmeans.hpp.
 */
export function ladder(largest: number, count: number): Float64Array {
  const top = largest === 0 ? 0 : 2 ** floorLog2(largest);
  return Float64Array.from({ length: count }, (_, i) => {
    if (i === 0) return 0;
    const rung = top / 2 ** Math.floor((i - 1) / 2);
    return i % 2 === 1 ? rung : -rung;
  });
}
