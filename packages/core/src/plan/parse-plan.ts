import { LowbitError, throwProblems, type Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { isGranularity } from './granularity.js';
import type { QuantizationPlan } from './plan.js';
import { writtenOut } from './stored-plan.js';

/**
 * Checks that a value read from JSON is a plan, or one as models store it ({@link storedPlan}), which it writes out. Throws
 * `plan-invalid` with every problem found; `where` names the file. Whether the plan fits a model is for {@link checkPlan} to say.
 */
export function parsePlan(value: unknown, where: string): QuantizationPlan {
  if (!isRecord(value) || value['format'] !== 'lowbit-plan') throw noPlan(value, where);
  const problems: Problem[] = [];
  const expect = (holds: boolean, at: string, expected: string, received: unknown) => {
    if (!holds)
      problems.push({
        code: 'plan-invalid',
        where: `${where}: ${at}`,
        expected,
        received: shorten(received),
      });
  };
  const plan = writtenOut(value);
  expect(plan['version'] === 1, 'version', '1, or 2 with kinds', plan['version']);
  expect(typeof plan['port'] === 'string', 'port', 'the name of an adapter', plan['port']);
  expect(Number.isSafeInteger(plan['seed']), 'seed', 'an integer', plan['seed']);
  const weights: unknown[] = Array.isArray(plan['weights']) ? plan['weights'] : [];
  expect(Array.isArray(plan['weights']), 'weights', 'a list', plan['weights']);
  weights.forEach((entry, i) => checkEntry(isRecord(entry) ? entry : {}, `weights[${i}]`, expect));
  const { activations = [] } = plan;
  expect(Array.isArray(activations), 'activations', 'a list', activations);
  (Array.isArray(activations) ? activations : []).forEach((entry: unknown, i) =>
    checkActivation(isRecord(entry) ? entry : {}, `activations[${i}]`, expect),
  );
  const { form = {} } = plan;
  const named = isRecord(form) && Object.values(form).every((choice) => typeof choice === 'string');
  expect(named, 'form', 'texts by name', form);
  problems.push(...unknownMembers(plan, where));
  throwProblems(problems);
  return plan as unknown as QuantizationPlan;
}

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
  plan: ['format', 'version', 'port', 'seed', 'weights', 'activations', 'form'],
  weight: [
    'id',
    'layer',
    'bits',
    'quantizer',
    'instead',
    'wanted',
    'granularity',
    'parameterStorage',
    'reason',
  ],
  activation: ['id', 'bits', 'quantizer', 'reason'],
  quantizer: ['name', 'options'],
  storage: ['kind', 'bits'],
} as const;

function unknownMembers(plan: Record<string, unknown>, where: string): Problem[] {
  const parts = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);
  const weights = parts(plan['weights']).flatMap((entry, i) => [
    ...strangers(entry, members.weight, `${where}: weights[${i}]`),
    ...strangers(entry['quantizer'], members.quantizer, `${where}: weights[${i}].quantizer`),
    ...strangers(entry['parameterStorage'], members.storage, `${where}: weights[${i}].parameterStorage`),
  ]);
  const activations = parts(plan['activations']).flatMap((entry, i) => [
    ...strangers(entry, members.activation, `${where}: activations[${i}]`),
    ...strangers(entry['quantizer'], members.quantizer, `${where}: activations[${i}].quantizer`),
  ]);
  return [...strangers(plan, members.plan, where), ...weights, ...activations];
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

type Expect = (holds: boolean, at: string, expected: string, received: unknown) => void;

function checkEntry(entry: Record<string, unknown>, at: string, expect: Expect): void {
  for (const key of ['id', 'layer', 'reason']) {
    expect(typeof entry[key] === 'string', `${at}.${key}`, 'a text', entry[key]);
  }
  const { bits } = entry;
  if (bits === 'float') return;
  expect(Number.isInteger(bits), `${at}.bits`, "an integer or 'float'", bits);
  checkQuantizer(entry, at, expect);
  const { instead = {} } = entry;
  const replaced = isRecord(instead) && Object.values(instead).every(isOption);
  expect(replaced, `${at}.instead`, 'numbers, booleans and texts by name', instead);
  const { wanted = '' } = entry;
  expect(typeof wanted === 'string', `${at}.wanted`, 'a text', wanted);
  expect(
    isGranularity(entry['granularity']),
    `${at}.granularity`,
    'tensor, channel or group:N',
    entry['granularity'],
  );
  expect(
    isStorage(entry['parameterStorage']),
    `${at}.parameterStorage`,
    'a storage',
    entry['parameterStorage'],
  );
}

function checkActivation(entry: Record<string, unknown>, at: string, expect: Expect): void {
  for (const key of ['id', 'reason'])
    expect(typeof entry[key] === 'string', `${at}.${key}`, 'a text', entry[key]);
  expect(Number.isInteger(entry['bits']), `${at}.bits`, 'an integer', entry['bits']);
  checkQuantizer(entry, at, expect);
}

function checkQuantizer(entry: Record<string, unknown>, at: string, expect: Expect): void {
  const quantizer = isRecord(entry['quantizer']) ? entry['quantizer'] : {};
  expect(typeof quantizer['name'] === 'string', `${at}.quantizer.name`, 'a text', quantizer['name']);
  const options = isRecord(quantizer['options']) ? Object.values(quantizer['options']) : [undefined];
  const simple = options.every(isOption);
  expect(simple, `${at}.quantizer.options`, 'numbers, booleans and texts by name', quantizer['options']);
}

const isOption = (value: unknown) => ['number', 'boolean', 'string'].includes(typeof value);

function isStorage(value: unknown): boolean {
  if (value === 'float32' || value === 'float16') return true;
  return isRecord(value) && value['kind'] === 'two-level' && (value['bits'] === 6 || value['bits'] === 8);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
