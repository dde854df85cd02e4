import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What is compared, and on what: versions of Node, Python and its packages, the processor and its threads. */
export function versionsOf(python: string, packages: readonly string[]): string {
  const script = `import sys, ${packages.join(', ')}
print('Python', sys.version.split()[0])
for one in [${packages.join(', ')}]: print(one.__name__, one.__version__)`;
  const { stdout } = spawnSync(python, ['-c', script], { encoding: 'utf8' });
  const [first] = cpus();
  const machine = `${cpus().length} × ${first?.model ?? 'a processor without a name'}`;
  return [`Node ${process.versions.node}`, ...stdout.trim().split('\n'), machine].join(', ');
}
