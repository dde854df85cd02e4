import { cascade, ends, everywhere, budget, type Measurements } from '@lowbit/core/policy';
import { gate, gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { measured } from '../subjects/measured.js';
import { opening, type OpenSubject, type WrittenSubject } from '../subjects/open-subject.js';
import { decibelsBelow } from '../subjects/relative-error.js';
import { choices, recipe } from '../subjects/settings.js';
import { fiveSubjects } from '../subjects/subjects.js';

/** One width everywhere, against which budgets of the same bytes are held. */
const homogeneous = [4, 3] as const;
/** Decibels by which the error has to be lower, and what is aimed at. */
const [least, goal] = [3, 6];
/** Part of the bytes by which files may differ. */
const mostUnequal = 0.005;

/** Bits by measured effect against one width everywhere, wider ends, and bits by the errors of weights, at equal bytes. */
export const equalBytesPart: Part = {
  name: 'equal-bytes',
  async measure(tell) {
    const compared: Compared[] = [];
    for (const open of fiveSubjects(opening(tell))) {
      const subject = await open();
      let measurements = await measured(subject, tell);
      for (const bits of homogeneous) {
        tell(`${subject.name}: ${bits} bits against budgets`);
        const found = await compare(subject, bits, measurements);
        ({ measurements } = found);
        compared.push(found);
      }
      subject.close();
    }
    return {
      name: 'equal-bytes',
      title:
        'Error of outputs on held-out data, bits by measured effect against others of the same bytes, min-max everywhere',
      rows: compared.map(({ row }) => row),
      gates: [
        ...compared.flatMap(({ gates }) => gates),
        ...homogeneous.map((bits) => enough(bits, compared)),
      ],
      skipped: [],
    };
  },
};

interface Compared {
  readonly bits: number;
  readonly isBetter: boolean;
  readonly row: Row;
  readonly gates: readonly Gate[];
  /** With what choosing has measured, which the next budget does not measure again. */
  readonly measurements: Measurements;
}

async function compare(subject: OpenSubject, bits: number, measurements: Measurements): Promise<Compared> {
  const plain = await subject.write({ ...recipe, bits });
  const withEnds = await subject.write({ ...recipe, bits: cascade(everywhere(bits), ends(8)) });
  const chosen = await chosenFor(subject, plain.bytes, measurements);
  const known = chosen.measurements ?? measurements;
  const chosenForEnds = await chosenFor(subject, withEnds.bytes, known);
  const byWeights = await subject.write({ ...recipe, bits: budget({ bytes: plain.bytes, choices }) });
  const gains = {
    'below one width (dB)': decibelsBelow(plain.error, chosen.error),
    'below ends of 8 (dB)': decibelsBelow(withEnds.error, chosenForEnds.error),
    'below weight error (dB)': decibelsBelow(byWeights.error, chosen.error),
  };
  const [first, ...others] = Object.values(gains);
  const shares = [chosen.bytes / plain.bytes, chosenForEnds.bytes / withEnds.bytes];
  const areEqual = shares.every((share) => Math.abs(share - 1) <= mostUnequal);
  return {
    bits,
    measurements: chosenForEnds.measurements ?? known,
    isBetter: areEqual && first! >= least && others.every((gain) => gain > 0),
    row: {
      model: subject.name,
      bits,
      bytes: plain.bytes,
      'bytes chosen': chosen.bytes,
      error: plain.error,
      ...gains,
    },
    gates: shares.map((share, i) =>
      gateAtMost(
        `bytes of ${subject.name} over those of ${bits} bits${i === 0 ? '' : ' and ends of 8'}`,
        share,
        1 + mostUnequal,
      ),
    ),
  };
}

const chosenFor = (
  subject: OpenSubject,
  bytes: number,
  measurements: Measurements,
): Promise<WrittenSubject> =>
  subject.write({
    ...recipe,
    bits: budget({ bytes, choices }),
    measurements,
    data: subject.measuring,
  });

function enough(bits: number, compared: readonly Compared[]): Gate {
  const own = compared.filter((one) => one.bits === bits);
  const better = own.filter(({ isBetter }) => isBetter).length;
  const clearly = own.filter(({ row }) => Number(row['below one width (dB)']) >= goal).length;
  return gate(
    `models of five at least ${least} dB below ${bits} bits at equal bytes, and below both others (${clearly} by ${goal} dB)`,
    better,
    4,
  );
}
