import { LowbitError, throwProblems, type Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import {
  checkActivationShape,
  checkBiasShape,
  checkWeightShape,
  isRecord,
  shorten,
  type Expect,
} from './entry-shapes.js';
import { namedPlugins } from './find-named.js';
import { checkRegistry, type Registry } from '../contract/registry.js';
import type { QuantizationPlan } from '../contract/plan.js';
import { writtenOut } from './stored-plan.js';

/**
 * Checks that a value read from JSON is a plan, or one as models store it ({@link storedPlan}), which it writes out. Throws
 * `plan-invalid` with every problem found; `where` names the file. Whether the plan fits a model is for {@link resolvePlan} to say.
 *
 * @param known - where it is given, names, widths and options of quantizers and rounders are checked in the same go (`unknown-plugin`,
 *   `unsupported-bits`, `unsupported-option`)
 */
export function parsePlan(value: unknown, where: string, known?: Registry): QuantizationPlan {
  if (!isRecord(value) || value['format'] !== 'lowbit-plan') throw noPlan(value, where);
  checkRegistry(known, 'parsePlan(value, where, registry)');
  const plan: unknown = writtenOut(value);
  checkShape(plan, where, known);
  return plan;
}

/** Throws every problem together. */
function checkShape(
  given: unknown,
  where: string,
  known: Registry | undefined,
): asserts given is QuantizationPlan {
  const plan = isRecord(given) ? given : {};
  const problems: Problem[] = [];
  const expect: Expect = (holds, at, expected, received, hint = {}) => {
    const place = `${where}: ${at}`;
    if (!holds)
      problems.push({ code: 'plan-invalid', where: place, expected, received: shorten(received), ...hint });
  };
  expect(plan['version'] === 1, 'version', '1, or 2 with kinds', plan['version']);
  expect(typeof plan['port'] === 'string', 'port', 'the name of an adapter', plan['port']);
  expect(Number.isSafeInteger(plan['seed']), 'seed', 'an integer', plan['seed']);
  const weights: unknown[] = Array.isArray(plan['weights']) ? plan['weights'] : [];
  expect(Array.isArray(plan['weights']), 'weights', 'a list', plan['weights']);
  weights.forEach((entry, i) => checkWeightShape(isRecord(entry) ? entry : {}, `weights[${i}]`, expect));
  const { activations = [] } = plan;
  expect(Array.isArray(activations), 'activations', 'a list', activations);
  (Array.isArray(activations) ? activations : []).forEach((entry: unknown, i) =>
    checkActivationShape(isRecord(entry) ? entry : {}, `activations[${i}]`, expect),
  );
  const { biases = [] } = plan;
  expect(Array.isArray(biases), 'biases', 'a list', biases);
  (Array.isArray(biases) ? biases : []).forEach((entry: unknown, i) =>
    checkBiasShape(isRecord(entry) ? entry : {}, `biases[${i}]`, expect),
  );
  const { form = {}, averageBits = 0, decided = { weights: {} } } = plan;
  expect(typeof averageBits === 'number', 'averageBits', 'a number', averageBits);
  const { weights: ofWeights, activations: ofSites = {} } = Object(decided) as Record<string, unknown>;
  const isTold = [decided, ofWeights, ofSites].every(isRecord) && [ofWeights, ofSites].every(areTexts);
  expect(isTold, 'decided', 'texts by the ids of weights and activations', decided);
  expect(isRecord(form) && areTexts(form), 'form', 'texts by name', form);
  problems.push(...unknownMembers(plan, where));
  if (known !== undefined) problems.push(...namedPlugins(plan, known, where));
  throwProblems(problems);
}

const areTexts = (record: unknown): boolean =>
  Object.values(Object(record) as object).every((value) => typeof value === 'string');

function noPlan(value: unknown, where: string): LowbitError {
  return new LowbitError({
    code: 'plan-invalid',
    where,
    expected: "an object whose format is 'lowbit-plan'",
    received: shorten(value),
    remedy: 'A plan is what makePlan gives, and what lowbit quantize --json prints as report.plan.',
  });
}

/** What a plan and its parts may say; anything else is a misspelt name, and would do nothing. */
const members = {
  plan: [
    'format',
    'version',
    'port',
    'seed',
    'weights',
    'activations',
    'biases',
    'averageBits',
    'decided',
    'form',
  ],
  weight: [
    'id',
    'layer',
    'bits',
    'quantizer',
    'instead',
    'wanted',
    'granularity',
    'parameterStorage',
    'rounding',
    'reason',
  ],
  activation: ['id', 'bits', 'quantizer', 'reason'],
  bias: ['layer', 'reason'],
  named: ['name', 'options'],
  storage: ['kind', 'bits'],
} as const;

function unknownMembers(plan: Record<string, unknown>, where: string): Problem[] {
  const parts = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);
  const weights = parts(plan['weights']).flatMap((entry, i) => [
    ...strangers(entry, members.weight, `${where}: weights[${i}]`),
    ...strangers(entry['quantizer'], members.named, `${where}: weights[${i}].quantizer`),
    ...strangers(entry['rounding'], members.named, `${where}: weights[${i}].rounding`),
    ...strangers(entry['parameterStorage'], members.storage, `${where}: weights[${i}].parameterStorage`),
  ]);
  const activations = parts(plan['activations']).flatMap((entry, i) => [
    ...strangers(entry, members.activation, `${where}: activations[${i}]`),
    ...strangers(entry['quantizer'], members.named, `${where}: activations[${i}].quantizer`),
  ]);
  const biases = parts(plan['biases']).flatMap((entry, i) =>
    strangers(entry, members.bias, `${where}: biases[${i}]`),
  );
  return [...strangers(plan, members.plan, where), ...weights, ...activations, ...biases];
}

function strangers(part: unknown, known: readonly string[], where: string): Problem[] {
  const names = isRecord(part) ? Object.keys(part).filter((name) => !known.includes(name)) : [];
  return names.map((name) => ({
    code: 'plan-invalid',
    where,
    expected: known.join(', '),
    received: name,
    ...suggestName(name, known),
  }));
}
