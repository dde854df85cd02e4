/** Percent of the test pictures, by the name of the run. */
export type Accuracies = Readonly<Partial<Record<string, number>>>;

/** Something that the proof promises. */
export interface Claim {
  readonly text: string;
  /** Runs that it is about, besides the float network. */
  readonly runs: readonly string[];
  /** The figure, and the least that keeps the promise. */
  readonly least: number;
  figure(accuracy: (run: string) => number): number;
}

/** A claim with the figure that was measured. */
export interface CheckedClaim extends Pick<Claim, 'text' | 'least'> {
  readonly figure: number;
  readonly kept: boolean;
}

/** Checks the claims whose runs are all there. NaN keeps nothing. */
export function checkClaims(claims: readonly Claim[], accuracies: Accuracies): readonly CheckedClaim[] {
  return claims
    .filter(({ runs }) => runs.every((run) => accuracies[run] !== undefined))
    .map(({ text, least, figure }) => {
      const measured = figure((run) => accuracies[run] ?? NaN);
      return { text, least, figure: measured, kept: measured >= least };
    });
}

/** At most so many points below the float network. */
function loses(run: string, title: string, most: number): Claim {
  return {
    text: `${title} loses at most ${most} points`,
    runs: [run],
    least: -most,
    figure: (accuracy) => accuracy(run) - accuracy('float'),
  };
}

/** At least so many points above another run, or above the same network without training. */
function beats(run: string, other: string, text: string, least = smallestGain): Claim {
  return { text, runs: [run, other], least, figure: (accuracy) => accuracy(run) - accuracy(other) };
}

/** One picture of 10,000. */
const smallestGain = 0.01;

const hwgqBeatsSign = beats('hwgq', 'sign', 'HWGQ is better than the sign of BNN');
const horqBeatsXnor = beats('horq', 'xnor', 'HORQ of order 2 is better than XNOR-Net');

/** What the full proof promises. */
export const fullClaims: readonly Claim[] = [
  {
    text: 'The float network is right in at least 90 of 100',
    runs: ['float'],
    least: 90,
    figure: (accuracy) => accuracy('float'),
  },
  loses('slq', 'SLQ at 3 bits', 1),
  loses('ul2q', 'μL2Q at 2 bits', 1.5),
  loses('mlq', 'MLQ with three levels', 1.5),
  beats('mlq', 'slq-ternary', 'MLQ is better than SLQ with three levels'),
  loses('progressive', 'progressive', 1),
  loses('hwgq', 'HWGQ with 1-bit weights and 2-bit activations', 3),
  hwgqBeatsSign,
  loses('horq', 'HORQ of order 2', 3),
  {
    text: 'HORQ of order 2 recovers a third of what XNOR-Net loses',
    runs: ['horq', 'xnor'],
    least: 1 / 3,
    figure: (accuracy) =>
      (accuracy('horq') - accuracy('xnor')) / Math.max(accuracy('float') - accuracy('xnor'), 0.01),
  },
];

/** What few pictures can show: which is better. */
export const shortClaims: readonly Claim[] = [
  beats('slq', 'slq untrained', 'SLQ at 3 bits is better with training than without'),
  beats('ul2q', 'ul2q untrained', 'μL2Q at 2 bits is better with training than without'),
  hwgqBeatsSign,
  horqBeatsXnor,
];
