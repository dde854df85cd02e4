// `npm run check:mutants -- --seed 1`: small changes of the code, drawn by chance, that tests should notice. Exit 1 when too few are.
//   --seed N   which changes are drawn (1)
//   --json     one JSON document on standard output
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isTest, parse, typescriptFiles } from '../house/sources.mjs';
import { draw } from './draw.mjs';
import { mutationsOf } from './mutations.mjs';
import { scratchCopy } from './scratch.mjs';
import { runTests, tryMutant } from './try-mutant.mjs';

const {
  folders,
  draw: count,
  caught: least,
  equivalents,
} = JSON.parse(readFileSync('.ci/mutants.json', 'utf8'));
const asked = process.argv.indexOf('--seed');
const seed = asked < 0 ? 1 : Number(process.argv[asked + 1]);
if (!Number.isSafeInteger(seed)) {
  console.error('--seed takes a whole number.');
  process.exit(1);
}

const byFolder = folders.map((folder) =>
  typescriptFiles('.', folder)
    .filter((path) => !isTest(path))
    .flatMap((path) => mutationsOf(parse('.', path))),
);
const results = await tryAll(draw(byFolder, { count, seed, equivalents }));
const survived = results.filter(({ verdict }) => verdict === 'survived');
const caught = results.length - survived.length;
const passed = caught >= Math.min(least, results.length);

if (process.argv.includes('--json')) console.log(JSON.stringify({ seed, passed, caught, results }, null, 2));
else print();
process.exit(passed ? 0 : 1);

async function tryAll(changes) {
  const done = [];
  for (const folder of new Set(changes.map(packageOf))) {
    const { root, remove } = scratchCopy(folder);
    process.once('SIGINT', () => {
      remove();
      process.exit(130);
    });
    try {
      const near = await timeUnchanged(root, folder);
      for (const change of changes.filter((one) => packageOf(one) === folder)) {
        done.push(await tryMutant(change, root, folder, near));
        console.error(`${done.length}/${changes.length} ${sentence(done.at(-1))}`);
      }
    } finally {
      remove();
    }
  }
  return done;
}

/** Milliseconds that the near tests take. Tests that fail on unchanged code would seem to catch everything. */
async function timeUnchanged(root, folder) {
  const places = folders
    .filter((one) => one.startsWith(`${folder}/`))
    .map((one) => `${relative(folder, one)}/`);
  const start = performance.now();
  const outcome = await runTests(['run', ...places], join(root, folder));
  if (outcome !== 'passed')
    throw new Error(`The tests of ${places.join(', ')} in ${folder} fail before anything is changed.`);
  return performance.now() - start;
}

function packageOf({ path }) {
  return path.split('/').slice(0, 2).join('/');
}

function sentence({ path, line, was, becomes, verdict, by }) {
  return `${verdict}${by ? ` by ${by}` : ''}: ${path}:${line} ${was} → ${becomes}`;
}

function print() {
  for (const one of survived) console.log(`${sentence(one)}\n  ${one.within}\n  ${one.mutant}`);
  console.log(`seed ${seed}: ${caught} of ${results.length} caught, ${least} of ${count} wanted`);
}
