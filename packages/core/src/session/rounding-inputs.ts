import { defined } from '../contract/defined.js';
import type { SessionOptions } from '../contract/events.js';
import type { GroupInputs, InputsOfWeights, ObservedInputs } from '../contract/observed-inputs.js';
import type { ModelPort } from '../contract/port.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { LowbitError } from '../errors/error.js';
import { stopIfAborted } from '../errors/stop-if-aborted.js';
import { sizeOf } from '../scheme/shape.js';

/** What the inputs of a weight were, or why nobody knows. */
export interface InputsOfWeight {
  /** Absent where nobody knows, and for a rounder that needs nothing. */
  readonly observed?: ObservedInputs;
  readonly why?: string;
}

/** Holds what was seen last, for whoever asks again. */
export interface InputMemory {
  known?: InputsOfWeights;
}

/** Memory that moments of several weights may take together; those of one weight may take more. */
const mostBytes = 2 ** 29;

/**
 * Gives what the inputs of weights were whose rounders or biases need to know it, asked for in the order of the plan: the model runs once for as
 * many weights as memory bears.
 *
 * @throws LowbitError `calibration-missing` without data, and for a port that cannot tell; later `aborted`, and the port's own errors.
 */
export function roundingInputs<M>(
  port: ModelPort<M>,
  entries: readonly ResolvedEntry[],
  {
    data,
    memory = {},
  }: { readonly data?: RepeatableData | undefined; readonly memory?: InputMemory | undefined },
  { signal, onProgress }: SessionOptions,
): (own: ResolvedEntry) => Promise<InputsOfWeight> {
  const needing = entries.filter(needsInputs);
  checkData(port, needing, data);
  const observe = async (own: ResolvedEntry) => {
    const first = needing.findIndex(({ weight }) => weight.id === own.weight.id);
    const weights = upTo(mostBytes, needing.slice(first));
    const observed = await port.observeInputs?.(data?.batches ?? [], {
      weights: weights.map(({ weight }) => weight.id),
      ...defined({ signal }),
      onProgress: (event) => onProgress?.({ ...event, phase: 'observe' }),
    });
    stopIfAborted(signal, 'observe');
    return observed;
  };
  return async (own) => {
    const { id } = own.weight;
    if (!needing.some(({ weight }) => weight.id === id)) return {};
    const isKnown = memory.known?.inputs.has(id) === true || memory.known?.unknown.has(id) === true;
    if (!isKnown) {
      // Those before are not kept while others are gathered.
      delete memory.known;
      const now = await observe(own);
      if (now !== undefined) memory.known = now;
    }
    return inputsIn(memory.known, id);
  };
}

/** What was seen of the inputs of a weight. */
export function inputsIn(known: InputsOfWeights | undefined, id: string): InputsOfWeight {
  const observed = known?.inputs.get(id);
  if (observed === undefined) return { why: known?.unknown.get(id) ?? 'its inputs are not known' };
  return observed.groups.every(isFinite) ? { observed } : { why: 'its inputs are not finite on the data' };
}

/** Whether anything is to be known of the inputs of a weight, for its rounder or for its bias. */
export const needsInputs = ({ rounding, corrects }: ResolvedEntry): boolean =>
  corrects === true || (rounding !== undefined && rounding.rounder.needs.length > 0);

/** A value that is not finite makes its square so. */
const isFinite = ({ seen, heldOut }: GroupInputs): boolean =>
  [seen, heldOut].every((moments) => moments?.products.every(Number.isFinite) ?? true);

/** The first weights whose moments fit into so many bytes: of samples that are fitted to and of those that are kept back. */
function upTo(bytes: number, entries: readonly ResolvedEntry[]): readonly ResolvedEntry[] {
  let left = bytes;
  const end = entries.findIndex((entry, i) => {
    left -= bytesOf(entry);
    return left < 0 && i > 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

function bytesOf({ weight: { shape, outputAxes } }: ResolvedEntry): number {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  const inputs = channels === 0 ? 0 : sizeOf(shape) / channels;
  return 2 * 4 * inputs * inputs;
}

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
