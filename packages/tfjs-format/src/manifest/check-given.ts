import { checkArgument } from '@lowbit/core/adapter';
import type { ModelJson } from './parse-model-json.js';
import type { StoredWeight } from './stored-weights.js';
import type { WeightSpec } from './weight-spec.js';

/** What programs in plain JavaScript give in place of models and weights is told here, as `invalid-argument` with the call. */
export function checkModelJson(value: unknown, call: string): asserts value is ModelJson {
  const { modelTopology, weightsManifest } = membersOf(value);
  checkArgument(isObject(modelTopology) && Array.isArray(weightsManifest), value, {
    where: `${call}: model`,
    expected: 'a model.json, as parseModelJson gives it',
  });
}

export function checkStored(value: unknown, call: string): asserts value is StoredWeight {
  checkArgument(isStored(value), value, { where: `${call}: weight`, expected: 'a weight: { spec, bytes }' });
}

export function checkAllStored(values: unknown, call: string): asserts values is readonly StoredWeight[] {
  checkArgument(Array.isArray(values) && values.every(isStored), values, {
    where: `${call}: weights`,
    expected: 'a list of weights: { spec, bytes }',
    remedy: 'readWeights and storedWeights give such a list.',
  });
}

export function checkSpecification(value: unknown, call: string): asserts value is WeightSpec {
  checkArgument(isSpecification(value), value, { where: `${call}: spec`, expected: specification });
}

export function checkSpecifications(values: unknown, call: string): asserts values is readonly WeightSpec[] {
  checkArgument(Array.isArray(values) && values.every(isSpecification), values, {
    where: `${call}: specs`,
    expected: `a list, each ${specification}`,
  });
}

const specification = 'the specification of a weight: { name, shape, dtype }';

function isStored(value: unknown): boolean {
  const { spec, bytes } = membersOf(value);
  return isSpecification(spec) && bytes instanceof Uint8Array;
}

function isSpecification(value: unknown): boolean {
  const { name, shape, dtype } = membersOf(value);
  return typeof name === 'string' && Array.isArray(shape) && typeof dtype === 'string';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>;
}
