import type { Report, Sizes } from '@lowbit/core';
import type { PlainForm } from '@lowbit/keras';

const bytesOf: Readonly<Record<PlainForm, number>> = { uint8: 1, uint16: 2, float16: 2, float32: 4 };

/** The report of a model whose quantized weights were saved in a form that TensorFlow.js itself loads, not packed. */
export function plainReport(report: Report, form: PlainForm): Report {
  const weights = report.weights.map((row) => ({
    ...row,
    form,
    storageReason: 'loads in TensorFlow.js without lowbit; the running model holds float32',
    bitsPerWeight: 8 * bytesOf[form],
    sizes: { ...row.sizes, stored: row.values * bytesOf[form] },
  }));
  const stored = weights.reduce((sum, { sizes }) => sum + sizes.stored, 0);
  const sizes: Sizes = { ...report.sizes, stored };
  return { ...report, weights, sizes, bitsPerWeight: weights.length === 0 ? 0 : 8 * bytesOf[form] };
}
