import type { Report } from '@lowbit/core';
import type { OnnxSessionOptions } from '@lowbit/onnx';
import type { SaveReport } from '@lowbit/tfjs';

import type { DataReport } from '../data/inputs-from-data.js';
import type { FeaturesReport, QuantizedPort, Statistics } from '../quantize/quantize-port.js';
import type { ExpandedWeights } from '../tfjs/expanded-weights.js';
import type { QuantizeOptions } from './quantize-options.js';

/** What is told only about models of one kind. */
export interface KindDocument {
  /** Options that onnxruntime-web wants for the result. ONNX only. */
  readonly sessionOptions?: OnnxSessionOptions;
  /** How the weights were saved, and what that cost. TensorFlow.js only. */
  readonly saved?: SaveReport;
  /** Weights that the original holds in fewer bits than float32. TensorFlow.js only; absent when there are none. */
  readonly expanded?: readonly ExpandedWeights[];
}

/** What `lowbit quantize --json` prints. */
export interface QuantizeDocument extends KindDocument {
  readonly input: string;
  readonly output: string;
  /** Files written beside the result, which it needs. */
  readonly dataFiles?: readonly string[];
  readonly htmlReport?: string;
  /** What activations were observed on; absent when nothing was. */
  readonly calibration?: CalibrationReport;
  /** The labelled data that the policy of `--bits` decided by; absent when there were none. */
  readonly features?: FeaturesReport;
  readonly report: Report;
}

/** Where statistics of activations are from: data, or the file of an earlier run. */
export type CalibrationReport = { readonly batches: number } & (
  (DataReport & { readonly saved?: string }) | { readonly source: 'file'; readonly path: string }
);

/** Everything that is told about a run. */
export function quantizeDocument(
  files: { readonly input: string; readonly output: string; readonly dataFiles: readonly string[] },
  { report: htmlReport, calibration: path, saveCalibration: saved }: QuantizeOptions,
  { report, statistics }: Omit<QuantizedPort<unknown>, 'model'>,
  ofKind: KindDocument,
): QuantizeDocument {
  const { dataFiles, ...named } = files;
  const calibration = calibrationReport(statistics, path, saved);
  return {
    ...named,
    ...(dataFiles.length === 0 ? {} : { dataFiles }),
    ...(htmlReport === undefined ? {} : { htmlReport }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(statistics.features === undefined ? {} : { features: statistics.features }),
    ...ofKind,
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
  if (data !== undefined) return { batches, ...data, ...(saved === undefined ? {} : { saved }) };
  return path === undefined ? undefined : { batches, source: 'file', path };
}
