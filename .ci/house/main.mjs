// `npm run check:house`: today's numbers of the house beside their limits. Exit 1 when a limit is missed.
//   --json     one JSON document on standard output
//   --places   where everything that is counted stands, not only what passes its limit
import { readFileSync } from 'node:fs';
import { forgotten, judge } from './judge.mjs';
import { measure } from './measures.mjs';

const file = '.ci/house-limits.json';
const { limits, allowedMethodNames } = JSON.parse(readFileSync(file, 'utf8'));
const measures = measure('.', allowedMethodNames);
const rows = judge(measures, limits);
const unmeasured = forgotten(measures, limits);
const failed =
  unmeasured.length > 0 || rows.some(({ verdict }) => verdict === 'missed' || verdict === 'unlimited');

if (process.argv.includes('--json'))
  console.log(JSON.stringify({ passed: !failed, rows, unmeasured }, null, 2));
else print();
process.exit(failed ? 1 : 0);

function print() {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (name, ...cells) =>
    console.log(name.padEnd(width), ...cells.map((cell) => `${cell}`.padStart(7)));
  line('', 'today', 'limit', 'goal');
  for (const { name, today, limit = '—', goal = '' } of rows) line(name, today, limit, goal);
  for (const { name, limit, reason } of rows) if (reason) console.log(`\n${name}: ${limit}, since ${reason}`);
  for (const row of rows) explain(row);
  for (const name of unmeasured) console.error(`\n${file} limits '${name}', which nothing measures.`);
}

function explain({ name, today, limit, verdict, places }) {
  const shown = verdict === 'missed' || process.argv.includes('--places');
  const list = shown ? places.map((place) => `\n  ${place}`).join('') : '';
  if (verdict === 'missed') console.error(`\n${name}: ${today}, limit ${limit}.${list}`);
  else if (list) console.log(`\n${name}:${list}`);
  if (verdict === 'unlimited') console.error(`\n${name}: no limit stands in ${file}.`);
  if (verdict === 'better') console.log(`\n${name}: ${today}, so the limit ${limit} in ${file} can follow.`);
}
