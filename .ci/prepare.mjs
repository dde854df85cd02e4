// Installs and builds what is missing or out of date, before a script that measures or packs. Everything is told on standard
// error: standard output belongs to that script, and may be one JSON document.
import { spawnSync } from 'node:child_process';

const steps = [
  [process.execPath, ['.ci/setup.mjs']],
  ['npx', ['--no-install', 'nx', 'run-many', '-t', 'build', '--output-style=static']],
];
for (const [command, args] of steps) {
  const shell = process.platform === 'win32' && command === 'npx';
  const { status } = spawnSync(command, args, { stdio: ['inherit', 2, 2], shell });
  if (status !== 0) process.exit(status ?? 1);
}
