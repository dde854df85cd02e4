import type { OnnxSessionOptions } from '@lowbit/onnx';
import type { CalibrationReport } from '@lowbit/report';
import type { QuantizationSummary } from '@lowbit/report/text';
import type { SaveReport } from '@lowbit/tfjs';

import type { FeaturesReport, QuantizedPort, Statistics } from '../quantize/quantize-port.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { defined } from '@lowbit/core/adapter';

/** What `lowbit quantize --json` prints. */
export interface QuantizeDocument extends QuantizationSummary {
  readonly input: string;
  /** The labelled data that the policy of `--bits` decided by; absent when there were none. */
  readonly features?: FeaturesReport;
  readonly sessionOptions?: OnnxSessionOptions;
  readonly saved?: SaveReport;
}

/** What is told only about models of one kind: `sessionOptions` of ONNX, the rest of TensorFlow.js. */
export type KindDocument = Pick<QuantizeDocument, 'sessionOptions' | 'saved' | 'expanded'>;

/** Everything that is told about a run. */
export function quantizeDocument(
  files: { readonly input: string; readonly output: string; readonly dataFiles: readonly string[] },
  { report: htmlReport, calibration: path, saveCalibration: saved }: QuantizeOptions,
  { report, statistics, spent }: Omit<QuantizedPort<unknown>, 'model'>,
  ofKind: KindDocument & { readonly next: string },
): QuantizeDocument {
  const { dataFiles, ...named } = files;
  const calibration = calibrationReport(statistics, path, saved);
  return {
    ...named,
    ...(dataFiles.length === 0 ? {} : { dataFiles }),
    ...defined({ htmlReport, calibration, features: statistics.features, data: statistics.compared }),
    ...ofKind,
    ...defined({ budget: spent?.budget }),
    report,
  };
}

function calibrationReport(
  { calibration, data }: Statistics,
  path: string | undefined,
  saved: string | undefined,
): CalibrationReport | undefined {
  if (calibration === undefined) return undefined;
  const { batches } = calibration;
  if (data !== undefined) return { batches, ...data, ...defined({ saved }) };
  return path === undefined ? undefined : { batches, source: 'file', path };
}
