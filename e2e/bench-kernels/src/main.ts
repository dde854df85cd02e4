/**
 * `npm run bench:kernels`: layers on the kernels beside their rivals, on one thread, from floats to floats, in Node and in Chromium. `-- node`,
 * `-- page` and `-- isolated-page` measure in these places alone.
 */
import { hasChromium } from './chromium/open-page.js';
import { measureInPage } from './chromium/measure-in-page.js';
import { reachedGoals } from './goals.js';
import { measure } from './measure.js';
import { measureInNode } from './measure-in-node.js';
import { network, networkContenders } from './network.js';
import type { Measured, Place } from './place.js';
import { processor } from './processor.js';
import { goalsText, placeText, timingText } from './text.js';
import { works } from './work.js';

const rounds = 30;
const tell = (text: string) => void (process.stderr.isTTY && process.stderr.write(`${text}\n`));
const everywhere: readonly Place[] = ['node', 'page', 'isolated-page'];
const named = everywhere.filter((place) => process.argv.includes(place));
const places = (named.length > 0 ? named : everywhere).filter((place) => place === 'node' || hasChromium);

const machine = processor();
const measured: Measured[] = [];
for (const place of places)
  measured.push(
    place === 'node'
      ? await measureInNode(works, { rounds, tell })
      : await measureInPage(works, { isIsolated: place === 'isolated-page', rounds, tell }),
  );
const contenders = places.includes('node') ? await networkContenders() : [];
const networks =
  contenders.length > 0 ? [{ network: network.name, timings: await measure(contenders, 15) }] : [];
const reached = measured.flatMap((one) => reachedGoals(one, machine.hasDot));
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ processor: machine, rounds, measured, networks, goals: reached }, null, 2));
else print();
process.exit(0);

function print(): void {
  console.log(
    `${machine.name}; ${machine.hasDot ? 'with' : 'not known to have'} products of 8 bits in one instruction`,
  );
  console.log(
    `Milliseconds, and how many times as fast as the first: the fastest of ${rounds} rounds, and medians.\n`,
  );
  for (const one of measured) console.log(placeText(one));
  for (const { network: name, timings } of networks)
    console.log([name, ...timings.map(timingText), ''].join('\n'));
  console.log(goalsText(reached));
}
