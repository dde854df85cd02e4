import { checkArgument, defined, suggestName } from '@lowbit/core/adapter';
import { freeName } from '../graph/names.js';

/** The names of a model that is built. */
export interface BuiltNames {
  /** A new name for a value: `near`, or `near` with a number behind it. */
  readonly define: (near: string) => string;
  /** Takes a name for a value, and gives it back. @throws LowbitError `invalid-argument` where it is taken. */
  readonly take: (name: string) => string;
  /** @throws LowbitError `invalid-argument` where no value has the name. */
  readonly known: (name: string) => void;
  /** A new name for a node. */
  readonly node: (near: string) => string;
}

/** @param where What messages call the model. */
export function builtNames(where: string): BuiltNames {
  const values = new Set<string>();
  const nodes = new Set<string>();
  const checkText = (name: unknown) =>
    checkArgument(typeof name === 'string' && name !== '', name, { where, expected: 'a name for a value' });
  return {
    define(near) {
      checkText(near);
      return freeName(near, values);
    },
    take(name) {
      checkText(name);
      checkArgument(!values.has(name), name, { where, expected: 'a name that no other value has' });
      values.add(name);
      return name;
    },
    known(name) {
      // Names of all values are compared for the remedy alone.
      if (values.has(name)) return;
      const { remedy } = suggestName(String(name), [...values]);
      const wanted = { where, expected: 'the name of a value that was made before' };
      checkArgument(false, name, { ...wanted, ...defined({ remedy }) });
    },
    node: (near) => freeName(near, nodes),
  };
}
