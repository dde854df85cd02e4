import { measureChoices, type Measurements } from '@lowbit/core/policy';
import { gate, type Part, type Tell } from '@lowbit/e2e-real-models/proof';
import { measured } from '../subjects/measured.js';
import { opening, type OpenSubject } from '../subjects/open-subject.js';
import { choices as candidates, recipe } from '../subjects/settings.js';
import { fiveSubjects } from '../subjects/subjects.js';
import { choicesOfOneSize, choicesOfSizes, type RandomChoice } from './random-choices.js';
import { rankCorrelation } from './rank-correlation.js';

/** Assignments of each kind. */
const count = 40;
/**
 * Widths whose bytes assignments of one size take. At those of 4 bits random widths ruin MobileNetV2, and the order of what is ruined tells nothing:
 * the last one ruins none of the five, and is what the gate is set for.
 */
const sizes = [4, 5] as const;

/** How well the sum of single effects ranks whole assignments by what they lose on held-out data. */
export const rankingPart: Part = {
  name: 'ranking',
  async measure(tell) {
    const found: Ranked[] = [];
    for (const open of fiveSubjects(opening(tell))) {
      const subject = await open();
      found.push(await rank(subject, await measured(subject, tell), tell));
      subject.close();
    }
    return {
      name: 'ranking',
      title: `Rank correlation of the sum of single effects with what ${count} random assignments of each kind lose on held-out data`,
      rows: found.map(({ model, different, equal }) => ({
        model,
        'different sizes': different,
        ...Object.fromEntries(sizes.map((bits, i) => [`bytes of ${bits} bits`, equal[i]!])),
      })),
      gates: found.flatMap(({ model, different, equal }) => [
        gate(`rank correlation of ${model}, different sizes`, different, 0.9),
        gate(`rank correlation of ${model}, bytes of ${sizes.at(-1)} bits within 2 %`, equal.at(-1)!, 0.6),
      ]),
      skipped: [],
    };
  },
};

interface Ranked {
  readonly model: string;
  readonly different: number;
  /** One for each of {@link sizes}. */
  readonly equal: readonly number[];
}

async function rank(subject: OpenSubject, measurements: Measurements, tell: Tell): Promise<Ranked> {
  const correlationOf = async (choices: readonly RandomChoice[]) => {
    const { joint } = await measureChoices(
      subject.port(),
      subject.heldOut,
      candidates,
      choices.map(({ choice }) => choice),
      {
        recipe,
        samples: 1000,
        onProgress: ({ done }) => tell(`${subject.name}: ${done} of ${count} assignments`),
      },
    );
    const lost = choices.map(({ choice }) => joint.find((one) => isSame(one.choice, choice))!.effect);
    return rankCorrelation(
      choices.map(({ predicted }) => predicted),
      lost,
    );
  };
  const different = await correlationOf(choicesOfSizes(measurements, count, 1));
  const equal: number[] = [];
  for (const bits of sizes) equal.push(await correlationOf(choicesOfOneSize(measurements, bits, count, 2)));
  return { model: subject.name, different, equal };
}

const isSame = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.entries(one).every(([id, key]) => other[id] === key);
