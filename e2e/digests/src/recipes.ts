import { registry, type Granularity, type ParameterStorage, type Recipe } from './doors.js';

/** A short way to write a recipe: method, bits, granularity, storage of parameters. */
type Short = readonly [string, number, Granularity?, ParameterStorage?];

const recipeOf = ([weights, bits, granularity = 'channel', parameterStorage = 'float32']: Short): Recipe => ({
  ...{ registry, weights, bits, granularity, parameterStorage },
});

const named = (list: readonly Short[]): ReadonlyMap<string, Recipe> =>
  new Map(list.map((short) => [short.join(' '), recipeOf(short)]));

/** Between them these take every form in which weights can be stored. */
export const everyForm = named([
  ['min-max', 8],
  ['min-max', 8, 'tensor'],
  ['min-max:zeroPoint=integer', 8, 'group:32'],
  ['min-max:zeroPoint=symmetric', 8],
  ['min-max', 4],
  ['min-max', 4, 'group:32'],
  ['min-max:zeroPoint=real', 4, 'group:32'],
  ['min-max:zeroPoint=symmetric', 4, 'group:16'],
  ['min-max', 2, 'group:32'],
  ['min-max:zeroPoint=integer', 3],
  ['min-max:zeroPoint=real', 1, 'tensor'],
  ['min-max', 5],
  ['min-max', 6, 'tensor'],
  ['min-max', 7],
  ['min-max:refine=none', 12],
  ['min-max:refine=none', 16],
  ['absmax:levels=odd', 4],
  ['ul2q', 4],
  ['ul2q', 2, 'tensor'],
  ['slq', 3],
  ['slq', 4, 'tensor'],
  ['nf4', 4],
  ['nf4', 4, 'group:32'],
  ['twn', 2],
  ['inq', 5],
  ['horq', 2],
  ['horq', 3, 'tensor'],
  ['bwn', 1],
  ['min-max', 4, 'group:32', 'float16'],
  ['min-max', 8, 'channel', 'float16'],
  ['ul2q', 4, 'channel', 'float16'],
  ['slq', 3, 'channel', 'float16'],
  ['nf4', 4, 'group:32', 'float16'],
  ['horq', 2, 'channel', 'float16'],
]);

/** Of each kind one whose form depends on the runtime. */
export const formsOfTargets = named([
  ['min-max', 8],
  ['min-max', 4],
  ['min-max', 4, 'group:32'],
  ['min-max', 4, 'group:32', 'float16'],
  ['min-max:zeroPoint=integer', 8, 'group:32'],
  ['min-max:zeroPoint=symmetric', 8],
  ['min-max', 2, 'group:32'],
  ['min-max:zeroPoint=integer', 3],
  ['min-max:refine=none', 16],
  ['ul2q', 4],
  ['slq', 3],
  ['horq', 2],
]);

/** One of each kind: for models whose structure is the question, not the form. */
export const oneOfEachKind = named([
  ['min-max', 8],
  ['min-max', 4, 'group:32'],
  ['min-max', 2],
  ['ul2q', 3, 'tensor'],
  ['slq', 3],
  ['nf4', 4, 'group:32'],
  ['horq', 2],
]);
