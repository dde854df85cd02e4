/** Everything that decides a result, besides the recipes of the runs. The README says what changed after the first full run. */
export interface Settings {
  readonly seed: number;
  /** How many of the 60,000 training and 10,000 test pictures. */
  readonly pictures: { readonly training: number; readonly test: number };
  readonly batchSize: number;
  /** Training pictures for what is measured between rounds: losses, separability, ranges, batch normalization. */
  readonly measured: number;
  /** Learning rates of Adam, one an epoch, by the name of the run; they start again in every round. */
  readonly rates: Readonly<Record<RunName, readonly number[]>>;
}

export const runNames = [
  'float',
  'slq',
  'slq-ternary',
  'mlq',
  'ul2q',
  'progressive',
  'hwgq',
  'sign',
  'horq',
  'xnor',
] as const;

export type RunName = (typeof runNames)[number];

const fromScratch = [1e-3, 1e-3, 1e-3, 1e-3, 3e-4, 1e-4];
const fromFloat = [5e-4, 5e-4, 2e-4, 2e-4, 1e-4];

/** The proof. With three levels SLQ has two rounds and MLQ six: both see the pictures six times in all. */
export const full: Settings = {
  seed: 1,
  pictures: { training: 60_000, test: 10_000 },
  batchSize: 100,
  measured: 2_000,
  rates: {
    float: fromScratch,
    slq: fromFloat,
    'slq-ternary': [5e-4, 2e-4, 1e-4],
    mlq: [3e-4],
    ul2q: fromFloat,
    progressive: fromFloat,
    hwgq: fromScratch,
    sign: fromScratch,
    horq: fromScratch,
    xnor: fromScratch,
  },
};

const few = [2e-3, 1e-3, 5e-4];

/** The same on few pictures, for the orders alone. */
export const short: Settings = {
  seed: 1,
  pictures: { training: 2_250, test: 2_000 },
  batchSize: 50,
  measured: 250,
  rates: {
    float: few,
    slq: [1e-3],
    'slq-ternary': [1e-3],
    mlq: [1e-3],
    ul2q: [1e-3],
    progressive: [1e-3],
    hwgq: few,
    sign: few,
    horq: few,
    xnor: few,
  },
};
