import type { JsonValue } from '../model.js';
import { shapeOf, type OperationRule, type Step } from './operation.js';
import { isTensor } from './slice-operations.js';

/** Repetitions that become a list of the tensor. */
const mostCopies = 256;

/** Zeros around, along any axes but that of the samples, of three to five axes. */
const padded: OperationRule = ({
  args,
  config: { pad_width: width = null, mode, constant_values: fill },
}) => {
  const isZero = (fill ?? 0) === 0 && String(mode ?? 'constant').toLowerCase() === 'constant';
  const pairs = pairsOf(width);
  if (args.length !== 1 || !isZero || pairs === undefined) return undefined;
  const [samples, ...others] = pairs;
  const rank = others.length - 1;
  if (rank < 1 || rank > 3 || isUsed(samples!)) return undefined;
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
