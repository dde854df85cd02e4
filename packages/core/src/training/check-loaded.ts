import { LowbitError } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import { isWidth } from '../plan/entry-shapes.js';

/**
 * Checks that a value is a checkpoint in memory, of this version, with the members that one has.
 *
 * @param where The option or function that it was given to.
 * @throws LowbitError `checkpoint-invalid`.
 */
export function checkLoaded(given: unknown, where: string): void {
  const { format, version, variables, frozen } = Object(given) as Record<string, unknown>;
  const isLoaded = format === 'lowbit-training' && variables instanceof Map && frozen instanceof Map;
  if (!isLoaded || version !== 1) {
    const received = isLoaded ? `format ${format}, version ${String(version)}` : kindOf(given);
    const expected = 'what TrainingRun.checkpoint or loadCheckpoint gave, of version 1';
    throw invalid(where, expected, received, remedies(where)[received]);
  }
  const wrong = wrongMember(given as Record<string, unknown>);
  if (wrong !== undefined) throw invalid(`${where}: ${wrong[0]}`, wrong[1], wrong[2]);
}

/** The first member that no checkpoint has: its place, what is expected there and what was received. */
function wrongMember(given: Record<string, unknown>): readonly [string, string, string] | undefined {
  const { plan, rounds, memory, scheduleOptions = {}, variables, frozen, bits = {} } = given;
  const { weights } = Object(plan) as { weights?: unknown };
  if (!Array.isArray(weights)) return ['plan', 'a plan', wordOf(plan)];
  if (!Array.isArray(rounds) || !rounds.every(isRecord))
    return ['rounds', 'a list of rounds', wordOf(rounds)];
  const broken = rounds.findIndex((round, i) => !isRound(round as Record<string, unknown>, i));
  if (broken >= 0)
    return [
      `rounds[${broken}]`,
      `the round of the number ${broken} with name, frozen and bits`,
      'another object',
    ];
  if (!areBits(bits)) return ['bits', 'a number of bits by weight', wordOf(bits)];
  if (!isRecord(memory)) return ['memory', 'an object', wordOf(memory)];
  if (!isRecord(scheduleOptions)) return ['scheduleOptions', 'an object', wordOf(scheduleOptions)];
  for (const [name, values] of variables as Map<string, unknown>)
    if (!(values instanceof Float32Array)) return [`variable '${name}'`, 'a Float32Array', wordOf(values)];
  for (const [id, held] of frozen as Map<string, unknown>) {
    const { mask, values, scheme } = Object(held) as Record<string, unknown>;
    const isHeld = mask instanceof Uint8Array && values instanceof Float32Array && isRecord(scheme);
    if (!isHeld) return [`frozen values of '${id}'`, 'a mask, values and a scheme', wordOf(held)];
  }
  return undefined;
}

function isRound({ number, name, frozen, bits }: Record<string, unknown>, index: number): boolean {
  const isShare = typeof frozen === 'number' && frozen >= 0 && frozen <= 1;
  return number === index && typeof name === 'string' && isShare && areBits(bits);
}

const areBits = (value: unknown): boolean => isRecord(value) && Object.values(value as object).every(isWidth);

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wordOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value)
    ? 'a list with something else'
    : `an object of ${value.constructor?.name ?? 'no class'}`;
}

function remedies(where: string): Readonly<Record<string, string>> {
  const call = (text: string) => (where === 'resume' ? `{ resume: ${text} }` : `${where}(${text})`);
  const load = `Load it: ${call('loadCheckpoint(document, data)')}, with both parts of what storeCheckpoint gave.`;
  return {
    'a promise': `Await it: ${call('await run.checkpoint()')}.`,
    'a training run': `Ask it for a checkpoint: ${call('await run.checkpoint()')}.`,
    'what storeCheckpoint gave': load,
    'a part of what storeCheckpoint gave': load,
    'a text': `Parse it and load it: ${call('loadCheckpoint(JSON.parse(text), data)')}.`,
  };
}

function kindOf(given: unknown): string {
  if (typeof given === 'string') return 'a text';
  if (typeof given !== 'object' || given === null) return String(given);
  if (isPromise(given)) return 'a promise';
  if ('checkpoint' in given) return 'a training run';
  if ('document' in given) return 'what storeCheckpoint gave';
  return 'format' in given || ArrayBuffer.isView(given)
    ? 'a part of what storeCheckpoint gave'
    : 'another object';
}

function invalid(where: string, expected: string, received: string, hint?: string): LowbitError {
  const remedy =
    hint ??
    `Give what run.checkpoint() or loadCheckpoint gave${where.startsWith('resume') ? ', or leave resume out' : ''}.`;
  return new LowbitError({ code: 'checkpoint-invalid', where, expected, received, remedy });
}
