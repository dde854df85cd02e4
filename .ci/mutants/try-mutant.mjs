// One mutant, and the tests that should notice it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutate } from './mutations.mjs';

const config = fileURLToPath(new URL('small-first.config.mjs', import.meta.url));

/** Milliseconds after which tests from afar go round in circles: far beyond what they take on a loaded machine. */
const hangs = 10 * 60_000;

/**
 * What the tests say of a change: `caught`, with the tests that did, or `survived`. Tests are asked from near to far and only
 * until one fails: the file beside the changed one, those of its folder, and all that import it.
 * @param root a scratch copy
 * @param folder its package, as `packages/core`
 * @param near milliseconds that the tests of the changed folders took unchanged, which tells when they go round in circles
 */
export async function tryMutant(change, root, folder, near) {
  const file = join(root, change.path);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, mutate(text, change));
  try {
    for (const [by, args] of stages(change.path, root, folder)) {
      const guard = by === 'related' ? hangs : 60_000 + 5 * near;
      const outcome = await runTests(args, join(root, folder), guard);
      if (outcome !== 'passed')
        return { ...change, verdict: 'caught', by: outcome === 'hung' ? `${by} (hung)` : by };
    }
    return { ...change, verdict: 'survived' };
  } finally {
    writeFileSync(file, text);
  }
}

function stages(path, root, folder) {
  const inPackage = relative(folder, path);
  const beside = inPackage.replace(/\.ts$/, '.test.ts');
  return [
    ...(existsSync(join(root, folder, beside)) ? [['beside', ['run', beside]]] : []),
    ['folder', ['run', '--passWithNoTests', `${dirname(inPackage)}/`]],
    ['related', ['related', '--run', '--passWithNoTests', inPackage]],
  ];
}

/** Runs vitest with one worker until the first failure: `passed`, `failed` or `hung`. */
export function runTests(args, cwd, milliseconds = hangs) {
  const options = ['--config', config, '--bail=1', '--maxWorkers=1', '--reporter=dot'];
  const child = spawn(process.execPath, ['../../node_modules/vitest/vitest.mjs', ...args, ...options], {
    cwd,
    stdio: 'ignore',
    detached: true,
  });
  const stop = () => process.kill(-child.pid, 'SIGKILL');
  // A run that is interrupted takes its tests along.
  process.once('exit', stop);
  return new Promise((done) => {
    const guard = setTimeout(() => {
      stop();
      done('hung');
    }, milliseconds);
    child.on('exit', (status) => {
      clearTimeout(guard);
      process.off('exit', stop);
      done(status === 0 ? 'passed' : 'failed');
    });
  });
}
