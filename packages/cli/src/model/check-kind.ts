import type { ParameterStorage } from '@lowbit/core';
import { optionName } from '../usage/option-name.js';
import { UsageError, usageError } from '../usage/usage-error.js';
import type { FoundModel } from './find-model.js';

/** Options that only one kind of model has a use for. */
const options = {
  onnx: ['optimize', 'target', 'integers', 'external', 'freezeInputs', 'float16', 'runtime'],
  tfjs: ['format', 'plain', 'rest'],
  keras: ['topology', 'to'],
} as const;

/** Options for ONNX that say how a model of Keras is written as such a file. */
const written: readonly string[] = ['optimize', 'target', 'external'];

const names = { onnx: 'an ONNX model', tfjs: 'a TensorFlow.js model', keras: 'a model of Keras' } as const;

/** What a model of TensorFlow.js takes where it becomes ONNX. */
const becomingOnnx: readonly string[] = ['to', ...written];

type KindOptions = Readonly<
  Partial<Record<(typeof options)[FoundModel['kind']][number], unknown>> & {
    format?: string;
    to?: string;
    parameters?: ParameterStorage;
  }
>;

/** Checks that no option is for another kind of model than the given one. @throws UsageError naming the option. */
export function checkKind({ kind, file, isTfjs: isOfTfjs }: FoundModel, given: KindOptions): void {
  const isTfjs = isOfTfjs === true;
  const isOnnx = kind === 'onnx' || given.to === 'onnx';
  const fits = (other: FoundModel['kind'], name: string) =>
    isTfjs ? becomingOnnx.includes(name) : other === kind || (isOnnx && written.includes(name));
  for (const other of ['onnx', 'tfjs', 'keras'] as const) {
    const wrong = options[other].find((name) => given[name] !== undefined && !fits(other, name));
    if (wrong === undefined) continue;
    const where = optionName(wrong);
    if (isTfjs && other === 'tfjs') throw besideOnnx(where);
    const remedy = remedyFor(kind, other, file, isTfjs);
    const received = `${file}, ${names[isTfjs ? 'tfjs' : kind]}`;
    throw usageError({ where, expected: names[other], received, remedy });
  }
  checkParameters(isOnnx, given);
  checkPlain(given);
}

function besideOnnx(where: string): UsageError {
  const remedy = 'Leave one of the two out.';
  return usageError({ where, expected: 'a result of TensorFlow.js', received: '--to onnx', remedy });
}

/** A model of Keras becomes one of another kind first. */
function remedyFor(
  kind: FoundModel['kind'],
  other: FoundModel['kind'],
  file: string,
  isTfjs: boolean,
): string {
  if (kind !== 'keras' || (isTfjs && other === 'keras')) return 'Leave it out.';
  const command = other === 'onnx' ? `lowbit import ${file} --to onnx` : `lowbit import ${file}`;
  return `Leave it out, or run ${command} and give it for what that writes.`;
}

function checkParameters(isOnnx: boolean, { parameters, format }: KindOptions): void {
  if (isOnnx && typeof parameters === 'object')
    throw new UsageError({
      code: 'unsupported-storage',
      where: '--parameters',
      expected: 'float32 or float16: operators of ONNX take scales in these types alone',
      received: `two-level:${parameters.bits}`,
      remedy: 'Give --parameters float16.',
    });
  if (parameters === undefined || format !== 'plain') return;
  throw usageError({
    where: '--parameters',
    expected: '--format packed: plain has one scale a tensor, in model.json',
    received: '--format plain',
    remedy: 'Leave one of the two out.',
  });
}

function checkPlain({ plain, format }: KindOptions): void {
  if (plain === undefined || format === 'plain') return;
  throw usageError({
    where: '--plain',
    expected: '--format plain beside it',
    received: format ?? 'none',
    remedy: 'Give --format plain too, or leave it out.',
  });
}
