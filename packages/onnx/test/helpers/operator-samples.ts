import type { Operator, OperatorSample } from '../../src/operators/operator.js';
import { operators } from '../../src/operators/operators.js';

/** A sample of an operator, with a title for its tests. */
export interface TitledSample {
  readonly title: string;
  readonly operator: Operator;
  readonly sample: OperatorSample;
}

/** The samples of all operators. */
export const operatorSamples: readonly TitledSample[] = operators.flatMap((operator) =>
  operator.samples.map((sample) => ({ title: titleOf(operator, sample), operator, sample })),
);

/** Those that onnxruntime-web runs. */
export const runningSamples = operatorSamples.filter(({ sample }) => sample.runs ?? true);

function titleOf(
  { names: [first] }: Operator,
  { name = first, attributes = {}, inputs }: OperatorSample,
): string {
  return `${name} of ${JSON.stringify(inputs)} ${JSON.stringify(attributes)}`;
}
