import { defined } from '../contract/defined.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { ModelPort } from '../contract/port.js';
import { judgeOutputs, judgeSignal } from '../report/judged-outputs.js';
import type { OutputsReport } from '../report/outputs.js';
import { besideOthers, type WeightEffects } from '../report/weight-effects.js';
import { compareOutputs } from './compare-outputs.js';
import { firstSamples } from './first-samples.js';
import { findWorstWeight } from './worst-weight.js';
import type { MeasuredInputs } from './observe-data.js';
import type { FittedResult } from './write-fitted.js';

/** So many samples tell a ruined network from a good one. */
const mostSamples = 32;

/** What running original and result on the data says. */
export interface ComparedResult {
  readonly outputs?: OutputsReport;
  /** Why outputs were not compared. */
  readonly why?: string;
  readonly effects?: WeightEffects;
  readonly warnings?: readonly string[];
}

/** How far the outputs are off on the data, or why nobody knows; where they are ruined, what single weights do to them. */
export async function comparedResult<M>(
  { name, run: original }: ModelPort<M>,
  written: FittedResult<M>,
  { data }: MeasuredInputs,
  { measure = true, ...session }: QuantizeOptions,
): Promise<ComparedResult> {
  if (data === undefined) return {};
  if (!measure) return { why: 'nothing is to be measured' };
  if (original === undefined || written.run === undefined)
    return { why: `the port '${name}' cannot run its model as it is given` };
  const samples = await firstSamples(data.batches, mostSamples);
  const outputs = await compareOutputs(original, written.run, samples, session);
  if (outputs === undefined) return { why: 'there is no batch' };
  const isRuined = outputs.failure === undefined && judgeOutputs(outputs)?.grade === 'probably-unusable';
  // Effects are told in decibels, which whole numbers have none of.
  const judged = judgeSignal(outputs);
  if (!isRuined || judged === undefined) return { outputs };
  const { effects, why } = await findWorstWeight(original, written.weights, samples, session);
  const warnings =
    why === undefined ? [] : [`verdict: weights were not measured one at a time, since ${why}`];
  return { outputs, warnings, ...defined({ effects: effects && besideOthers(effects, judged.sqnrDb) }) };
}
