import { parseArgs } from 'node:util';
import { countOf, differences, digestsOf, type Digests } from './compare.js';
import { groups } from './groups/index.js';
import { readChanges, recordChange } from './changed.js';
import { readRecorded, writeDigests } from './recorded.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    canonical: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'string' },
    changed: { type: 'string' },
    reason: { type: 'string' },
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
if (values.write !== undefined) writeDigests(values.write, current);
else if (values.changed !== undefined) recordChange(values.changed, readRecorded(), current, values.reason);
else compare(current);

/** Prints the names that differ from what is recorded; the exit status tells whether there are any. */
function compare(made: Digests): void {
  const recorded = readRecorded();
  const found = Object.entries(made).map(
    ([name, digests]) => [name, differences(recorded[name], digests, values.canonical)] as const,
  );
  const changed = readChanges().map(({ reason, digests }) => ({ reason, items: countOf(digests) }));
  const items = countOf(made);
  const count = found.reduce((sum, [, names]) => sum + names.length, 0);
  if (values.json) {
    const document = {
      ...{ items, canonical: values.canonical, changed },
      differences: Object.fromEntries(found),
    };
    console.log(JSON.stringify(document, null, 2));
  } else {
    for (const { reason, items } of changed) console.log(`${items} changed on purpose: ${reason}`);
    for (const [name, names] of found) for (const each of names) console.log(`${name}: ${each}`);
    console.log(count === 0 ? `${items} digests, all equal` : `${count} of ${items} digests differ`);
  }
  process.exitCode = count === 0 ? 0 : 1;
}
