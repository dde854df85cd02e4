import type { Report } from '@lowbit/core';
import { sessionOptions, type OnnxSessionOptions } from '@lowbit/onnx';

import type { DataReport } from '../data/inputs-from-data.js';
import type { QuantizedModel } from '../quantize/quantize-model.js';
import type { QuantizeOptions } from './quantize-options.js';

/** What `lowbit quantize --json` prints. */
export interface QuantizeDocument {
  readonly input: string;
  readonly output: string;
  /** Files written beside the result, which it needs. */
  readonly dataFiles?: readonly string[];
  readonly htmlReport?: string;
  /** What activations were observed on; absent when nothing was. */
  readonly calibration?: CalibrationReport;
  /** Options that onnxruntime-web wants for the result. */
  readonly sessionOptions: OnnxSessionOptions;
  readonly report: Report;
}

/** Where statistics of activations are from: data, or the file of an earlier run. */
export type CalibrationReport = { readonly batches: number } & (
  (DataReport & { readonly saved?: string }) | { readonly source: 'file'; readonly path: string }
);

/** Everything that is told about a run. */
export function quantizeDocument(
  files: { readonly input: string; readonly output: string; readonly dataFiles: readonly string[] },
  { report: htmlReport, target, calibration: path, saveCalibration: saved }: QuantizeOptions,
  { report, statistics }: QuantizedModel,
): QuantizeDocument {
  const { dataFiles, ...named } = files;
  const calibration = calibrationReport(statistics, path, saved);
  return {
    ...named,
    ...(dataFiles.length === 0 ? {} : { dataFiles }),
    ...(htmlReport === undefined ? {} : { htmlReport }),
    ...(calibration === undefined ? {} : { calibration }),
    sessionOptions: sessionOptions(report, target === undefined ? {} : { target }),
    report,
  };
}

function calibrationReport(
  { calibration, data }: QuantizedModel['statistics'],
  path: string | undefined,
  saved: string | undefined,
): CalibrationReport | undefined {
  if (calibration === undefined) return undefined;
  const { batches } = calibration;
  if (data !== undefined) return { batches, ...data, ...(saved === undefined ? {} : { saved }) };
  return path === undefined ? undefined : { batches, source: 'file', path };
}
