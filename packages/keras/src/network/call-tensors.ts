import type { Argument, KerasCall, TensorReference } from '../model.js';

/** What a layer is called with, in one form for all versions. */
export type CallArguments = Pick<KerasCall, 'args' | 'kwargs'>;

/** The tensors in some arguments, in their order. */
export function tensorsOf(args: readonly Argument[]): readonly TensorReference[] {
  return args.flatMap((each) =>
    'tensor' in each ? [each.tensor] : 'list' in each ? tensorsOf(each.list) : [],
  );
}

/** All tensors that a layer is called with, those of named arguments last. */
export function tensorsIn({ args, kwargs }: CallArguments): readonly TensorReference[] {
  return tensorsOf([...args, ...Object.values(kwargs)]);
}

/** Arguments with other tensors in the place of theirs. */
export function mapTensors(
  { args, kwargs }: CallArguments,
  change: (tensor: TensorReference) => TensorReference,
): CallArguments {
  const changed = (each: Argument): Argument => {
    if ('tensor' in each) return { tensor: change(each.tensor) };
    return 'list' in each ? { ...each, list: each.list.map(changed) } : each;
  };
  const named = Object.entries(kwargs).map(([name, each]) => [name, changed(each)] as const);
  return { args: args.map(changed), kwargs: Object.fromEntries(named) };
}

/** A tensor as the key of a map. The name stands last, as it may hold anything. */
export function tensorKey({ layer, call, output }: TensorReference): string {
  return `${call} ${output} ${layer}`;
}
