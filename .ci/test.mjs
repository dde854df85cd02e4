// Builds, lints, type-checks and tests everything, then prints one count over all test files:
// `N passed, N failed`, and `, N skipped` with the names when tests were skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';

const folders = ['packages', 'e2e']
  .flatMap((top) => readdirSync(top).map((name) => `${top}/${name}`))
  .concat('docs', '.ci');
const steps = [
  ['lint', 'npm', ['run', '--silent', 'lint']],
  ['house', 'npm', ['run', '--silent', 'check:house']],
  ['unused', 'npm', ['run', '--silent', 'check:unused']],
  ['build', 'npx', ['nx', 'run-many', '-t', 'build', '--output-style=static']],
  ['type check', 'npx', ['nx', 'run-many', '-t', 'typecheck', '--output-style=static']],
  ['package check', 'npx', ['nx', 'run-many', '-t', 'check-package', '--output-style=static']],
  // Two packages at a time with one worker each: long files of one package run beside those of another.
  ['tests', 'npx', ['nx', 'run-many', '-t', 'test', '--output-style=static', '--parallel=2']],
  ['tests of the checks', 'npx', ['vitest', 'run', '--root', '.ci']],
];

for (const folder of folders) rmSync(`${folder}/test-results.json`, { force: true });

let failed = 0;
for (const [title, command, args] of steps) {
  console.log(`\n— ${title} —`);
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', VITEST_MAX_WORKERS: '1' };
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (status === 0) continue;
  console.error(`${title}: failed`);
  failed++;
}

let passed = 0;
let total = 0;
const skipped = [];
for (const folder of folders) {
  const file = `${folder}/test-results.json`;
  if (!existsSync(file)) continue;
  const results = JSON.parse(readFileSync(file, 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  total += results.numTotalTests;
  for (const suite of results.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0) failed++;
    for (const test of suite.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped') skipped.push(`${folder}: ${test.fullName}`);
    }
  }
}
if (skipped.length > 0) console.log(`\nskipped:\n  ${skipped.join('\n  ')}`);
const { testsThatRun } = JSON.parse(readFileSync('.ci/house-limits.json', 'utf8'));
if (total < testsThatRun.least) {
  console.error(
    `\n${total} tests, and there were ${testsThatRun.least}: tests do not get fewer (.ci/house-limits.json).`,
  );
  failed++;
}
if (skipped.length > 0 && process.env['CI'] === 'true') failed += skipped.length;
console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
