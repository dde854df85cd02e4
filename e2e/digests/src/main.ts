import { parseArgs } from 'node:util';
import { differences, digestsOf, type Digests } from './compare.js';
import { groups } from './groups/index.js';
import { readRecorded, writeDigests } from './recorded.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    canonical: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'string' },
  },
});

const unknown = values.only.find((name) => !groups.some((group) => group.name === name));
if (unknown !== undefined) {
  console.error(`There is no group "${unknown}". Groups: ${groups.map(({ name }) => name).join('; ')}.`);
  process.exit(2);
}
const chosen = groups.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

const current: Record<string, Digests[string]> = {};
for (const group of chosen) {
  current[group.name] = await digestsOf(group);
  console.error(`${group.name}: ${Object.keys(current[group.name] ?? {}).length}`);
}
if (values.write === undefined) compare(current);
else writeDigests(values.write, current);

/** Prints the names that differ from what is recorded; the exit status tells whether there are any. */
function compare(made: Digests): void {
  const recorded = readRecorded();
  const found = Object.entries(made).map(
    ([name, digests]) => [name, differences(recorded[name], digests, values.canonical)] as const,
  );
  const items = Object.values(made).reduce((sum, digests) => sum + Object.keys(digests).length, 0);
  const count = found.reduce((sum, [, names]) => sum + names.length, 0);
  if (values.json) {
    console.log(
      JSON.stringify({ items, canonical: values.canonical, differences: Object.fromEntries(found) }, null, 2),
    );
  } else {
    for (const [name, names] of found) for (const each of names) console.log(`${name}: ${each}`);
    console.log(count === 0 ? `${items} digests, all equal` : `${count} of ${items} digests differ`);
  }
  process.exitCode = count === 0 ? 0 : 1;
}
