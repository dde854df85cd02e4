import type { Options, OptionSchema, Rounder, RoundingContext, Scheme } from '@lowbit/core/method';
import { meanDiagonal } from './factor.js';
import { levelsIn } from './levels.js';
import type { Ranks, RoundingProblem } from './problem.js';

/** A rounder that looks at the Gram matrix of the inputs. */
export interface GramRounder extends Pick<Rounder, 'name' | 'summary' | 'paper'> {
  readonly options: OptionSchema;
  readonly configured: Options;
  /** The ranks of the levels of each value. */
  readonly ranks: (problem: RoundingProblem, context: RoundingContext) => Ranks;
}

/** The plugin of such a rounder. Where the inputs were always 0, or are not finite, the nearest levels are as good as any. */
export function gramRounder({ ranks, ...named }: GramRounder): Rounder {
  return {
    kind: 'rounder',
    api: 2,
    ...named,
    needs: ['gram'],
    round(values, scheme, context) {
      const { nearest, gram } = context;
      const mean = meanDiagonal(gram, context.layout.inputs);
      if (!(mean > 0 && mean < Infinity)) return nearest;
      const problem = problemOf(values, scheme, context);
      return codesOf(problem, ranks(problem, context), nearest);
    },
  };
}

function problemOf(values: Float32Array, scheme: Scheme, { layout, gram }: RoundingContext): RoundingProblem {
  return { ...layout, values, levels: levelsIn(scheme), gram };
}

function codesOf<C extends Uint8Array | Uint16Array>(
  { levels, slices }: RoundingProblem,
  ranks: Ranks,
  like: C,
): C {
  const codes = like.slice() as C;
  for (let i = 0; i < codes.length; i++) codes[i] = levels.code(ranks[i] as number, slices[i] as number);
  return codes;
}

/** λ, added to the diagonal of the Gram matrix, as a share of its mean. */
export const damping = {
  type: 'number',
  default: 0.01,
  min: 0,
  max: 1,
  help: 'what is added to the squares of all inputs, as a share of their mean',
} as const;

/** Most times that all inputs are gone through by coordinate descent. */
export const sweeps = {
  type: 'number',
  default: 20,
  min: 1,
  max: 1000,
  help: 'how often all inputs are gone through at most',
} as const;
