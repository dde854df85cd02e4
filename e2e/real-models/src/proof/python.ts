import { spawnSync } from 'node:child_process';

/** An interpreter of Python, or why none can be used. */
export type Python = { readonly path: string } | { readonly missing: string };

/**
 * The interpreter that `LOWBIT_PYTHON` names, `python3` by default, where it has what is needed.
 *
 * @param modules What it must be able to import.
 * @param remedy How to get them.
 */
export function findPython(modules: readonly string[], remedy: string): Python {
  const path = process.env['LOWBIT_PYTHON'] ?? 'python3';
  const { status } = spawnSync(path, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
  if (status === 0) return { path };
  const missing = `${path} cannot import ${modules.join(', ')} (${remedy}, and name the interpreter in LOWBIT_PYTHON)`;
  return { missing };
}
