import { classesOf } from './classes.js';
import type { LayerFeatures } from './layer-features.js';

/** Features whose classes do not spread at all are this separable: about the square of float32's resolution. */
const largest = 1e12;

/**
 * Separability as the ratio of the scatter between the classes to the scatter within them,
 *
 *     J = tr S_B / tr S_W,   tr S_W = (1/N) Σ_c Σ_i ‖f_i − m_c‖²,   tr S_B = (1/N) Σ_c N_c ‖m_c − m‖²
 *
 * with m_c the mean of class c and m the mean of all. Free of scale and of rotation, 0 … 10¹²; 0 when the means coincide or
 * when fewer than two classes have two samples. Costs samples × dimensions.
 *
 * @throws LowbitError `non-finite`, `calibration-invalid`; see {@link classesOf}.
 */
export function traceRatio(features: LayerFeatures, labels: ArrayLike<number>, where?: string): number {
  const { classes, mean } = classesOf(features, labels, where);
  const { dimensions, values } = features;
  let within = 0;
  let between = 0;
  for (const { rows, mean: own } of classes) {
    for (let i = 0; i < dimensions; i++) {
      const centre = own[i];
      between += rows.length * (centre - mean[i]) ** 2;
      for (const row of rows) within += (values[row * dimensions + i] - centre) ** 2;
    }
  }
  return between === 0 ? 0 : Math.min(between / within, largest);
}
