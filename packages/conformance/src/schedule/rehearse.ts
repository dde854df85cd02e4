import {
  decode,
  encode,
  seededRandom,
  type Quantizer,
  type QuantizedTensor,
  type Schedule,
} from '@lowbit/core';
import {
  optionsOf,
  sliceParameters,
  type FitContext,
  type Round,
  type ScheduledWeight,
  type ScheduleState,
} from '@lowbit/core/method';
import { normalValues } from '../samples.js';
import { show } from '../show.js';

/** What a schedule is tried with. */
export interface ScheduleLawOptions {
  /** The quantizer that the schedule is made for. Default: one with an even symmetric grid. */
  readonly quantizer?: Quantizer;
  /** Bits of every weight. Default 3. */
  readonly bits?: number;
  /** Whether the loss can be measured. Default true. */
  readonly loss?: boolean;
}

/** One round, and what the schedule was shown before it. */
export interface Rehearsal {
  readonly state: ScheduleState;
  readonly round: Round;
  /** What of the schedule's memory JSON does not keep. */
  readonly lost: string | undefined;
  /** Masks after the round, by weight. */
  readonly frozen: ReadonlyMap<string, Uint8Array>;
}

/** A run on a made-up network of four weights; pull it round by round. */
export async function* rehearse(
  schedule: Schedule,
  { quantizer = evenGrid, bits = 3, loss = true }: ScheduleLawOptions,
  seed: number,
): AsyncGenerator<Rehearsal> {
  let memory: Record<string, unknown> = {};
  let weights = lengths.map((length, depth) =>
    start(`w${depth}`, depth, normalValues(length, seed + depth), bits, quantizer),
  );
  for (let finished = 0; finished < mostRounds; finished++) {
    const state: ScheduleState = {
      finished,
      weights: weights.map((weight) => scheduled(weight, quantizer)),
      options: optionsOf(schedule, {}),
      memory,
      random: seededRandom(seed + finished),
      ...(loss ? { loss: lossOf(weights) } : {}),
    };
    const round = await schedule.next(state);
    if (round === null) return;
    weights = state.weights.map((weight) => snap(weight, round));
    const lost = strangeIn(memory, 'memory');
    memory = JSON.parse(JSON.stringify(memory)) as Record<string, unknown>;
    yield { state, round, lost, frozen: new Map(weights.map(({ id, frozen }) => [id, frozen])) };
    weights = weights.map(trained);
  }
}

/** More rounds than any schedule needs. */
export const mostRounds = 400;
/** One of the weights has fewer values than most codebooks have levels. */
const lengths = [96, 240, 5, 64];

interface Rehearsed extends Pick<ScheduledWeight, 'id' | 'depth' | 'bits' | 'values' | 'frozen'> {
  readonly options: ScheduledWeight['options'];
  readonly scheme?: QuantizedTensor['scheme'];
}

function start(
  id: string,
  depth: number,
  values: Float32Array,
  bits: number,
  quantizer: Quantizer,
): Rehearsed {
  return {
    id,
    depth,
    bits,
    values,
    frozen: new Uint8Array(values.length),
    options: optionsOf(quantizer, {}),
  };
}

function scheduled(weight: Rehearsed, quantizer: Quantizer): ScheduledWeight {
  const { id, depth, bits, options, values, frozen, scheme } = weight;
  const context: FitContext = { role: 'weight', bits, options, random: seededRandom(depth) };
  const fit = (slice: Float32Array) => {
    if (scheme === undefined) return quantizer.fit(slice, context);
    const previous = sliceParameters(scheme, 0);
    return quantizer.refit?.(slice, { ...context, previous, frozen }) ?? previous;
  };
  const tensor = encode(values, [values.length], 'tensor', { bits, fit });
  const copies = { values: values.slice(), frozen: frozen.slice() };
  return { id, layer: `layer-${id}`, depth, bits, options, ...copies, tensor, quantized: decode(tensor) };
}

/** Snaps what the round holds. */
function snap(weight: ScheduledWeight, round: Round): Rehearsed {
  const mask = round.hold?.get(weight.id);
  const frozen = weight.frozen.map((one, i) => (one === 1 || mask?.[i] === 1 ? 1 : 0));
  const values = weight.values.map((value, i) => (mask?.[i] === 1 ? (weight.quantized[i] as number) : value));
  const { id, depth, options } = weight;
  const bits = round.bits?.get(id) ?? weight.bits;
  return {
    id,
    depth,
    options,
    bits,
    values,
    frozen,
    ...(frozen.includes(1) ? { scheme: weight.tensor.scheme } : {}),
  };
}

/** As if a little training had gone over the values that may move. */
function trained(weight: Rehearsed): Rehearsed {
  const values = weight.values.map((value, i) => (weight.frozen[i] === 1 ? value : 0.97 * value + 0.01));
  return { ...weight, values };
}

/** The first place of a value that JSON does not keep, with what stands there. */
function strangeIn(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || ['string', 'boolean'].includes(typeof value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (typeof value !== 'object' || !isPlain) return `${path} is ${wordOf(value)}`;
  for (const [key, member] of Object.entries(value)) {
    const strange = strangeIn(member, `${path}.${key}`);
    if (strange !== undefined) return strange;
  }
  return undefined;
}

const wordOf = (value: unknown): string =>
  typeof value === 'object' ? `an object of ${value?.constructor.name}` : show(value);

/** A loss that is least at the values as they are, and steeper in later layers. */
function lossOf(weights: readonly Rehearsed[]): NonNullable<ScheduleState['loss']> {
  return async (replaced) =>
    weights.reduce((sum, { id, depth, values }) => {
      const now = replaced.get(id) ?? values;
      return (
        sum + (1 + depth) * now.reduce((total, value, i) => total + (value - (values[i] as number)) ** 2, 0)
      );
    }, 1);
}

const evenGrid: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'even-grid',
  roles: ['weight'],
  bits: { weight: [1, 2, 3, 4, 5, 6, 7, 8] },
  fit(values, { bits }) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const levels = 2 ** bits;
    return { kind: 'affine', levels, scale: Math.fround((2 * largest) / (levels - 1)) };
  },
};
