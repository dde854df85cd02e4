import type { JsonValue } from '../model.js';
import { shapeOf, type OperationRule, type Step, type Steps } from './operation.js';
import { isTensor } from './slice-operations.js';

/** Repetitions that become a list of the tensor. */
const mostCopies = 256;

/** A value or a mirror around, along any axes but that of the samples; of zeros and three to five axes it is a layer of Keras. */
const padded: OperationRule = ({
  args,
  config: { pad_width: width = null, mode, constant_values: fill },
}) => {
  const pairs = pairsOf(width);
  if (args.length !== 1 || pairs === undefined) return undefined;
  const [samples, ...others] = pairs;
  if (isUsed(samples!)) return undefined;
  const kind = String(mode ?? 'constant').toLowerCase();
  if (kind !== 'constant') return mirrored(args, others, kind);
  const rank = others.length - 1;
  const value = fill ?? 0;
  const isPlain = value === 0 && rank >= 1 && rank <= 3;
  if (!isPlain) return typeof value === 'number' ? filled(args, others, value) : undefined;
  const [places, last] = [others.slice(0, -1), others.at(-1)!];
  // The last axis changes its place with the one in front of it for as long as it takes.
  const turn = { className: 'Permute', config: { dims: turned(rank) } };
  const none = places.slice(1).map(() => [0, 0]);
  const steps = [
    ...(places.some(isUsed) ? [zeros(rank, places)] : []),
    ...(isUsed(last) ? [turn, zeros(rank, [...none, last]), turn] : []),
  ];
  return { args, steps: steps.length === 0 ? [nothing] : steps };
};

/** Another value around, or zeros where no layer of Keras has so many axes. */
function filled(args: readonly JsonValue[], pairs: readonly Pair[], value: number): Steps {
  return { args, steps: [{ className: 'PadConstant', config: { pads: pairs.flat(), value } }] };
}

/** What lies next to the edge, mirrored there: `symmetric` with the edge itself, `reflect` without. Sizes must be known. */
function mirrored(args: readonly JsonValue[], pairs: readonly Pair[], kind: string): Steps | undefined {
  const shape = shapeOf(args[0]);
  const edge = { reflect: 1, symmetric: 0 }[kind];
  if (shape === undefined || edge === undefined) return undefined;
  const steps: Step[] = [];
  for (const [i, pair] of pairs.entries()) {
    const [before, after] = pair as readonly [number, number];
    const size = shape[i + 1] ?? 0;
    if (!isUsed(pair)) continue;
    if (Math.max(before, after) > size - edge) return undefined;
    const inFront = Array.from({ length: before }, (_, at) => before - 1 - at + edge);
    const behind = Array.from({ length: after }, (_, at) => size - 1 - at - edge);
    const places = [...inFront, ...Array.from({ length: size }, (_, at) => at), ...behind];
    steps.push({ className: 'TakePlaces', config: { axis: i + 1, places } });
  }
  return { args, steps: steps.length === 0 ? [nothing] : steps };
}

type Pair = readonly number[];

const isUsed = (pair: Pair): boolean => pair.some((count) => count > 0);

function pairsOf(width: JsonValue): readonly Pair[] | undefined {
  const isCount = (count: JsonValue) => Number.isSafeInteger(count) && Number(count) >= 0;
  const isPair = (pair: JsonValue) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount);
  return Array.isArray(width) && width.every(isPair) ? (width as readonly Pair[]) : undefined;
}

function zeros(rank: number, pairs: readonly Pair[]): Step {
  return { className: `ZeroPadding${rank}D`, config: { padding: rank === 1 ? pairs[0]! : pairs } };
}

/** Axes of `rank + 1`, counted from 1, of which the last two change places. */
function turned(rank: number): readonly number[] {
  return Array.from({ length: rank + 1 }, (_, i) => (i < rank - 1 ? i + 1 : 2 * rank - i));
}

const nothing: Step = { className: 'Activation', config: { activation: 'linear' } };

/** The tensor several times side by side, along any axes but that of the samples. */
const tiled: OperationRule = ({ args: [x, ...others], config: { repeats = null } }) => {
  const counts = [repeats].flat() as readonly JsonValue[];
  const rank = shapeOf(x)?.length ?? counts.length;
  if (x === undefined || !isTensor(x) || others.length > 0 || counts.length > rank) return undefined;
  const isCount = (count: JsonValue) =>
    Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= mostCopies;
  if (!counts.every(isCount) || (counts.length === rank && counts[0] !== 1)) return undefined;
  const steps = (counts as readonly number[]).flatMap((copies, i): readonly Step[] => {
    const config = { axis: i + rank - counts.length };
    return copies === 1 ? [] : [{ className: 'Concatenate', config, copies }];
  });
  return { args: [x], steps: steps.length === 0 ? [nothing] : steps };
};

export const copyRules: Readonly<Record<string, OperationRule>> = { Pad: padded, Tile: tiled };
