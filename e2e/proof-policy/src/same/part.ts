import { isDeepStrictEqual } from 'node:util';
import { quantize, type QuantizationPlan, type Recipe } from '@lowbit/core';
import { budget, byName, cascade, ends, everywhere } from '@lowbit/core/policy';
import { gate, type Gate, type Part, type Row, type Tell } from '@lowbit/e2e-real-models/proof';
import { progressive } from '@lowbit/progressive';
import { detector, silero } from '../subjects/onnx-subjects.js';
import { runtime } from '../subjects/runtime.js';
import { recipe } from '../subjects/settings.js';
import type { PolicySubject } from '../subjects/subject.js';
import { fashion } from '../subjects/tfjs-subjects.js';
import { graphContent, layersContent } from './content.js';

/** Policies that give all layers 4 bits. */
const alike: Readonly<Record<string, NonNullable<Recipe['bits']>>> = {
  everywhere: everywhere(4),
  cascade: cascade(everywhere(4), ends(4)),
  'by-name': byName({ '*': 4 }),
  progressive: progressive({ from: 4, to: 4 }),
  budget: budget({ averageBits: 32, choices: [4] }),
};

/** Equal layers are written as without a policy; the same inputs give the same plan. */
export const samePart: Part = {
  name: 'same',
  async measure(tell) {
    const found = [
      await compare(detector, ({ bytes }) => graphContent(bytes), tell),
      await compare(silero, ({ bytes }) => graphContent(bytes), tell),
      await compare(fashion, layersContent, tell),
    ];
    return {
      name: 'same',
      title: 'What is written where all layers get 4 bits by a policy, and plans of the same inputs',
      rows: found.map(({ row }) => row),
      gates: found.flatMap(({ gates }) => gates),
      skipped: [],
    };
  },
};

async function compare<Artifact, Written>(
  subject: PolicySubject<Artifact, Written>,
  contentOf: (written: Written) => unknown,
  tell: Tell,
): Promise<{ readonly row: Row; readonly gates: readonly Gate[] }> {
  const named = await runtime(tell);
  const original = await subject.load();
  const done = async (given: Recipe) => {
    const { model, plan } = await quantize(subject.port(original, named), { ...recipe, ...given });
    const content = await contentOf(model);
    subject.release(subject.artifact(model));
    return { content, plan };
  };
  const plain = await done({ bits: 4 });
  const equal: string[] = [];
  for (const [name, bits] of Object.entries(alike)) {
    tell(`${subject.name}: ${name}`);
    const own = await done({ bits });
    const isEqual = isDeepStrictEqual(own.content, plain.content);
    if (isEqual && isDeepStrictEqual(withoutReasons(own.plan), withoutReasons(plain.plan))) equal.push(name);
  }
  const onData = () =>
    done({
      bits: budget({ averageBits: 6, choices: [3, 8] }),
      data: subject.measuring(original).slice(0, 2),
    });
  tell(`${subject.name}: the same twice`);
  const [once, twice] = [await onData(), await onData()];
  const isSame =
    JSON.stringify(once.plan) === JSON.stringify(twice.plan) &&
    isDeepStrictEqual(once.content, twice.content);
  subject.release(original);
  return {
    row: {
      model: subject.name,
      'equal to no policy': equal.join(', '),
      'bits of a budget on data': [...new Set(once.plan.weights.map(({ bits }) => bits))].join(', '),
      'the same twice': isSame ? 'yes' : 'no',
    },
    gates: [
      gate(
        `policies whose equal layers are those of no policy, ${subject.name}`,
        equal.length,
        Object.keys(alike).length,
      ),
      gate(`plans of ${subject.name} that are the same twice`, Number(isSame), 1),
    ],
  };
}

const withoutReasons = (plan: QuantizationPlan) => ({
  ...plan,
  weights: plan.weights.map((entry) => ({ ...entry, reason: '' })),
});
