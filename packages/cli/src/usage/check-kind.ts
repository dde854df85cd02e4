import type { FoundModel } from '../model/find-model.js';
import { optionName } from './option-name.js';
import { usageError } from './usage-error.js';

/** Options that only one kind of model has a use for. */
const options = {
  onnx: ['optimize', 'target', 'integers', 'external', 'runtime'],
  tfjs: ['format', 'plain', 'rest'],
} as const;

const names = { onnx: 'an ONNX model', tfjs: 'a TensorFlow.js model' } as const;

type KindOptions = Readonly<
  Partial<Record<(typeof options)[FoundModel['kind']][number], unknown>> & { format?: string }
>;

/** Checks that no option is for another kind of model than the given one. @throws UsageError naming the option. */
export function checkKind({ kind, file }: FoundModel, given: KindOptions): void {
  const other = kind === 'onnx' ? 'tfjs' : 'onnx';
  const wrong = options[other].find((name) => given[name] !== undefined);
  if (wrong !== undefined) {
    const remedy = 'Leave it out.';
    const received = `${file}, ${names[kind]}`;
    throw usageError({ where: optionName(wrong), expected: `${names[other]}`, received, remedy });
  }
  if (given.plain === undefined || given.format === 'plain') return;
  const problem = {
    where: '--plain',
    expected: '--format plain beside it',
    received: given.format ?? 'none',
  };
  throw usageError({ ...problem, remedy: 'Give --format plain too, or leave it out.' });
}
