import { type InputsOfWeight, type InputStatistics, wordInputs } from '../calibration/input-statistics.js';
import type { SessionOptions } from '../contract/events.js';
import type { ModelPort } from '../contract/port.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { LowbitError } from '../errors/error.js';
import type { MeasuredInputs } from './observe-data.js';
import { inputsOf, observedInTurn } from './observed-in-turn.js';

/**
 * Gives what the inputs of weights were whose rounders or biases need to know it, asked for in the order of the plan: what was stored, or
 * what the model shows on the data.
 *
 * @throws LowbitError `calibration-missing` without either, and for a port that cannot tell; `calibration-invalid` for statistics of other
 *   weights, here and later; later `aborted`, and the port's own errors.
 */
export function roundingInputs<M>(
  port: ModelPort<M>,
  entries: readonly ResolvedEntry[],
  { calibration, data, memory }: MeasuredInputs,
  session: SessionOptions,
): (own: ResolvedEntry) => Promise<InputsOfWeight> {
  const isSeen =
    calibration?.inputs !== undefined || (data !== undefined && port.observeInputs !== undefined);
  const asking = entries.filter(isSeen ? asksInputs : needsInputs);
  const ids = new Set(asking.map(({ weight }) => weight.id));
  const stored = asking.length === 0 ? undefined : calibration?.inputs;
  if (stored === undefined) checkData(port, entries.filter(needsInputs), data);
  const weights = asking.map(({ weight }) => weight);
  const batches = data?.batches ?? nothing();
  const read =
    stored === undefined
      ? observedInTurn(port, weights, batches, session, memory)
      : storedInputs(asking, stored);
  return async ({ weight: { id } }) => (ids.has(id) ? read(id) : {});
}

async function* nothing(): AsyncGenerator<never> {}

/** Whether anything is to be known of the inputs of a weight, for its rounder or for its bias. */
export const needsInputs = ({ rounding, corrects }: ResolvedEntry): boolean =>
  corrects === true || (rounding !== undefined && rounding.rounder.needs.length > 0);

/** Whether inputs are looked at where they are seen: what any rounder chooses is compared with the nearest levels, also where it needs to know nothing. */
export const asksInputs = (own: ResolvedEntry): boolean => needsInputs(own) || own.rounding !== undefined;

/** What is stored of each weight, which is checked to be of one of this shape. */
function storedInputs(
  needing: readonly ResolvedEntry[],
  stored: InputStatistics,
): (id: string) => Promise<InputsOfWeight> {
  const known = new Set(stored.weights);
  const lacking = needing.find(({ weight }) => !known.has(weight.id));
  if (lacking !== undefined)
    throw ofAnotherModel(
      'statistics of every weight that is rounded by data',
      `none of '${lacking.weight.id}'`,
    );
  return async (id) => {
    const own = needing.find(({ weight }) => weight.id === id);
    const found = await stored.read(id);
    if (own !== undefined && found.observed !== undefined) checkFits(own, found.observed);
    return found;
  };
}

function checkFits({ weight }: ResolvedEntry, observed: NonNullable<InputsOfWeight['observed']>): void {
  const inputs = inputsOf(weight);
  const channels = weight.outputAxes.reduce((all, axis) => all * (weight.shape[axis] as number), 1);
  const isSo = observed.groups.every(({ seen }) => seen.inputs === inputs);
  if (isSo && channels % observed.groups.length === 0) return;
  throw ofAnotherModel(
    `statistics of ${inputs} inputs of each of ${channels} channels of weight '${weight.id}'`,
    wordInputs(observed),
  );
}

const ofAnotherModel = (expected: string, received: string): LowbitError =>
  new LowbitError({
    code: 'calibration-invalid',
    where: 'calibration: inputs',
    expected,
    received,
    remedy: 'Statistics belong to one model: gather them of this one, of all weights, and store these.',
  });

function checkData<M>(
  { name, observeInputs }: ModelPort<M>,
  needing: readonly ResolvedEntry[],
  data: RepeatableData | undefined,
): void {
  if (needing.length === 0 || (data !== undefined && observeInputs !== undefined)) return;
  const names = [...new Set(needing.flatMap(({ rounding }) => rounding?.rounder.name ?? []))];
  const corrects = needing.some((own) => own.corrects);
  const who = [...names, ...(corrects ? ['bias correction'] : [])].join(', ');
  const instead = [
    ...(names.length > 0 ? ['leave rounding out, which rounds to the nearest level'] : []),
    ...(corrects ? ['leave correctBiases out, which leaves biases as they are'] : []),
  ].join(', and ');
  throw new LowbitError({
    code: 'calibration-missing',
    where: 'data',
    ...(data === undefined
      ? {
          expected: `batches on which ${who} sees the inputs of weights`,
          received: 'none',
          remedy: `Pass data: readBatches('photos', …), or ${instead}.`,
        }
      : {
          expected: `a port that can tell the inputs of weights, which ${who} looks at`,
          received: `a port '${name}' that cannot`,
          remedy: `Give the port what runs the model – onnx(bytes, { ort }), keras(file, { runner }), graphModel(source, { running }); tfjs(model) can – or ${instead}.`,
        }),
  });
}
