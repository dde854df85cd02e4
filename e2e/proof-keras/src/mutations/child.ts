import { seededRandom } from '@lowbit/core';
import { seedFrom } from '@lowbit/core/adapter';
import { readFixtures, writers } from '../files/fixtures.js';
import { peakMemory } from '@lowbit/e2e-real-models/proof';
import { kinds } from './kinds.js';
import { below } from './mutate-bytes.js';
import { readDamaged, type Outcome } from './read-damaged.js';

/** A line that this process prints: what it begins with, or what came of it. */
export type Message =
  | { readonly begun: string }
  | { readonly outcome: Outcome; readonly kind: string; readonly peakBytes: number };

const [seed, from, to] = process.argv.slice(2).map(Number) as [number, number, number];
const all = (await Promise.all(writers.map(({ archives }) => readFixtures(archives)))).flat();
// Keras cannot save every one of them as .keras.
const fixtures = all.filter(({ files }) => files.has('model.keras'));
const names = Object.keys(kinds);

for (let i = from; i < to; i++) {
  const choice = seededRandom(seedFrom(seed, `choice ${i}`));
  const fixture = fixtures[below(fixtures.length, choice)]!;
  const kind = names[below(names.length, choice)]!;
  say({ begun: `${seed} ${i}: ${kind} of ${fixture.name} (Keras ${fixture.version})` });
  // The same damage each time that it is made.
  const make = async () => kinds[kind]!(fixture.files, seededRandom(seedFrom(seed, `damage ${i}`)));
  const outcome = await readDamaged(make);
  say({ outcome, kind, peakBytes: peakMemory() });
}

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
