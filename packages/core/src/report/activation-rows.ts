import { defaultQuantizer } from '../contract/choice.js';
import { isComplete } from '../calibration/site-statistics.js';
import type { ActivationNote, FittedSite, Outcome } from '../contract/model-writer.js';
import { codebookValues } from '../scheme/codebook-values.js';
import { levelValue } from '../scheme/decode.js';
import type { SliceParameters } from '../scheme/types.js';
import type { ActivationReport, FittedRange, Report, ReportedParameters } from './report.js';
import { defined } from '../contract/defined.js';

/** What a site that stays float for want of spread asks for. */
const wantsSpread =
  'stays float, since the calibration shows one value there: calibrate with inputs that vary it';

/** Why a site stays float that never had a value. */
export const neverSeen = 'it was empty in the whole calibration';

/** What such a site asks for. */
const wantsValues =
  'stays float, since the calibration shows no value there: calibrate with inputs that have some';

/**
 * One row a site of the plan, in its order; `undefined` when activations stay float.
 *
 * @param notes What the port says about how the sites were written.
 */
export function activationRows(
  { plan, sites, activations: fitted, floatSites }: Outcome,
  notes: readonly ActivationNote[] = [],
): readonly ActivationReport[] | undefined {
  if (plan.activations === undefined) return undefined;
  const noted = new Map(notes.map((note) => [note.id, note]));
  return sites.map(({ entry: { id, bits, quantizer, reason }, site: { tensor } }) => {
    const planned = { id, tensor, bits, quantizer: quantizer.name, reason };
    const left = floatSites.get(id);
    if (left !== undefined) {
      const warnings = [left === neverSeen ? wantsValues : wantsSpread];
      return { ...planned, form: 'float', formReason: left, float: true, warnings };
    }
    const note = noted.get(id);
    const parameters = note?.float === true ? undefined : fitted.get(id)?.parameters;
    const range = parameters && fittedRange(parameters, fitted.get(id)?.statistics);
    const warning = range && withoutZero(range);
    return {
      ...planned,
      ...defined({ fitted: range }),
      ...(warning === undefined ? {} : { warnings: [warning] }),
      ...(note === undefined ? {} : written(note)),
    };
  });
}

/** The report with the rows of the sites, and their warnings among its own. */
export function withActivations(
  report: Report,
  activations: readonly ActivationReport[] | undefined,
): Report {
  if (activations === undefined) return report;
  const warnings = activations.flatMap(({ tensor, warnings: own = [] }) =>
    own.map((warning) => `${tensor}: ${warning}`),
  );
  return { ...report, activations, warnings: [...report.warnings, ...warnings] };
}

function written({ form, float, reason }: ActivationNote): Partial<ActivationReport> {
  return { form, formReason: reason, ...defined({ float }) };
}

/** What stands against levels that all lie on one side of 0, which padding and silent inputs have. */
function withoutZero({ grid: { min, max } }: FittedRange): string | undefined {
  if (min <= 0 && max >= 0) return undefined;
  return (
    `its levels go from ${min.toPrecision(3)} to ${max.toPrecision(3)}, without 0: other inputs may have values far from all ` +
    `of them; ${defaultQuantizer} includes 0`
  );
}

function fittedRange(parameters: SliceParameters, statistics: FittedSite['statistics']): FittedRange {
  const levels = levelsAscending(parameters);
  const [min, max] = [levels[0] as number, levels.at(-1) as number];
  const grid = { grid: { min, max }, parameters: asNumbers(parameters) };
  if (statistics === undefined) return grid;
  const observed = { min: statistics.min, max: statistics.max };
  return isComplete(statistics)
    ? { ...grid, observed, clipped: clippedShare(statistics.sample, levels) }
    : { ...grid, observed, ...clippedOfRange(observed, levels) };
}

/** Nothing is clipped of a range inside the levels; otherwise the share is not known. */
function clippedOfRange(observed: NonNullable<FittedRange['observed']>, levels: Float32Array) {
  return clippedShare([observed.min, observed.max], levels) === 0 ? { clipped: 0 } : {};
}

/** The share of the values that lie farther beyond the outermost levels than rounding moves values there. */
function clippedShare(values: readonly number[], levels: Float32Array): number {
  const [min, max] = [levels[0] as number, levels.at(-1) as number];
  const low = min - ((levels[1] ?? min) - min) / 2;
  const high = max + (max - (levels.at(-2) ?? max)) / 2;
  const clipped = values.filter((value) => value < low || value > high).length;
  return values.length === 0 ? 0 : clipped / values.length;
}

function levelsAscending(parameters: SliceParameters): Float32Array {
  const valueOf = levelValue(parameters);
  const levels = Array.from({ length: levelCount(parameters) }, (_, code) => valueOf(code));
  return Float32Array.from(new Set(levels)).sort();
}

function levelCount(parameters: SliceParameters): number {
  if (parameters.kind === 'affine') return parameters.levels;
  return parameters.kind === 'codebook' ? parameters.values.length : 2 ** parameters.scales.length;
}

function asNumbers(parameters: SliceParameters): ReportedParameters {
  if (parameters.kind === 'affine') return parameters;
  if (parameters.kind === 'residual') return { kind: 'residual', scales: [...parameters.scales] };
  const { thresholds } = parameters;
  const values = codebookValues(parameters);
  return {
    kind: 'codebook',
    values: [...values],
    ...(thresholds === undefined ? {} : { thresholds: [...thresholds] }),
  };
}
