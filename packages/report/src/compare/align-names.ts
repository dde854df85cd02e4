import { checkModel } from './check-arguments.js';
import type { ModelValue, RunnableModel } from '@lowbit/core/adapter';

/**
 * A model whose inputs and outputs have the names of another's, by place. TensorFlow.js numbers the names that it makes
 * up, so that the same model gets others every time. Unchanged when there are more or fewer of them.
 *
 * @throws LowbitError `invalid-argument` for what is no model.
 */
export function alignNames(model: RunnableModel, like: RunnableModel): RunnableModel {
  checkModel(model, 'alignNames: model');
  checkModel(like, 'alignNames: like');
  const { inputs, outputs } = model;
  if (inputs.length !== like.inputs.length || outputs.length !== like.outputs.length) return model;
  if (hasNames(inputs, like.inputs) && hasNames(outputs, like.outputs)) return model;
  return {
    ...model,
    inputs: named(inputs, like.inputs),
    outputs: named(outputs, like.outputs),
    async run(given) {
      const own = inputs.map(({ name }, i) => [name, given[like.inputs[i]!.name]!] as const);
      const result = await model.run(Object.fromEntries(own));
      return Object.fromEntries(
        outputs.map(({ name }, i) => [like.outputs[i]!.name, result[name]!] as const),
      );
    },
  };
}

/** Whether the names are the same, in any order. */
function hasNames(values: readonly ModelValue[], others: readonly ModelValue[]): boolean {
  return values.every(({ name }) => others.some((other) => other.name === name));
}

function named(values: readonly ModelValue[], others: readonly ModelValue[]): readonly ModelValue[] {
  return values.map((value, i) => ({ ...value, name: others[i]!.name }));
}
