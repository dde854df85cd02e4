import { checkModel } from './check-arguments.js';
import { knownName, type ModelValue, type RunnableModel } from '@lowbit/core/adapter';

/**
 * A model whose inputs and outputs have the names of another's: by the names that mean the same, as importers write them, and otherwise by place. TensorFlow.js
 * numbers the names that it makes up, so that the same model gets others every time. Unchanged when there are more or fewer of them.
 *
 * @throws LowbitError `invalid-argument` for what is no model.
 */
export function alignNames(model: RunnableModel, like: RunnableModel): RunnableModel {
  checkModel(model, 'alignNames: model');
  checkModel(like, 'alignNames: like');
  const { inputs, outputs } = model;
  if (inputs.length !== like.inputs.length || outputs.length !== like.outputs.length) return model;
  if (hasNames(inputs, like.inputs) && hasNames(outputs, like.outputs)) return model;
  const [ownInputs, ownOutputs] = [inOrder(inputs, like.inputs), inOrder(outputs, like.outputs)];
  return {
    ...model,
    inputs: named(ownInputs, like.inputs),
    outputs: named(ownOutputs, like.outputs),
    async run(given) {
      const own = ownInputs.map(({ name }, i) => [name, given[like.inputs[i]!.name]!] as const);
      const result = await model.run(Object.fromEntries(own));
      return Object.fromEntries(
        ownOutputs.map(({ name }, i) => [like.outputs[i]!.name, result[name]!] as const),
      );
    },
  };
}

/** Values in the order of others: each the one whose name means the same, or all as they are. */
function inOrder(values: readonly ModelValue[], others: readonly ModelValue[]): readonly ModelValue[] {
  const names = values.map(({ name }) => name);
  const found = others.flatMap(({ name }) => values[names.indexOf(knownName(name, names) ?? '')] ?? []);
  return new Set(found).size === values.length ? found : values;
}

/** Whether the names are the same, in any order. */
function hasNames(values: readonly ModelValue[], others: readonly ModelValue[]): boolean {
  return values.every(({ name }) => others.some((other) => other.name === name));
}

function named(values: readonly ModelValue[], others: readonly ModelValue[]): readonly ModelValue[] {
  return values.map((value, i) => ({ ...value, name: others[i]!.name }));
}
