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
      title: `Rank correlation of the sum of single effects with what ${count} + ${count} random assignments lose on held-out data`,
      rows: found.map(({ model, sizes, equal }) => ({
        model,
        'different sizes': sizes,
        'equal bytes': equal,
      })),
      gates: found.flatMap(({ model, sizes, equal }) => [
        gate(`rank correlation of ${model}, different sizes`, sizes, 0.9),
        gate(`rank correlation of ${model}, bytes equal within 2 %`, equal, 0.6),
      ]),
      skipped: [],
    };
  },
};

interface Ranked {
  readonly model: string;
  readonly sizes: number;
  readonly equal: number;
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
  return {
    model: subject.name,
    sizes: await correlationOf(choicesOfSizes(measurements, count, 1)),
    equal: await correlationOf(choicesOfOneSize(measurements, count, 2)),
  };
}

const isSame = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.entries(one).every(([id, key]) => other[id] === key);
