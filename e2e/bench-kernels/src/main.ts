/**
 * `npm run bench:kernels`: layers on the kernels beside their rivals, on one thread, from floats to floats, in Node and in Chromium, then whole
 * networks in Node. `-- node`, `-- page`, `-- isolated-page` and `-- networks` measure these alone.
 */
import { hasChromium } from './chromium/open-page.js';
import { measureInPage } from './chromium/measure-in-page.js';
import { reachedByNetworks, reachedGoals } from './goals.js';
import { measureInNode } from './measure-in-node.js';
import { networks } from './networks/list.js';
import { measureNetwork, type NetworkRow } from './networks/measure-network.js';
import type { Measured, Place } from './place.js';
import { processor } from './processor.js';
import { goalsText, networkText, placeText } from './text.js';
import { works } from './work.js';

const rounds = 30;
const networkRounds = 15;
const tell = (text: string) => void (process.stderr.isTTY && process.stderr.write(`${text}\n`));
const everywhere: readonly Place[] = ['node', 'page', 'isolated-page'];
const named = everywhere.filter((place) => process.argv.includes(place));
const isAll = named.length === 0 && !process.argv.includes('networks');
const places = (isAll ? everywhere : named).filter((place) => place === 'node' || hasChromium);
const wantsNetworks = isAll || process.argv.includes('networks');

const machine = processor();
const measured: Measured[] = [];
for (const place of places)
  measured.push(
    place === 'node'
      ? await measureInNode(works, { rounds, tell })
      : await measureInPage(works, { isIsolated: place === 'isolated-page', rounds, tell }),
  );
const networkRows: NetworkRow[] = [];
for (const network of wantsNetworks ? networks : []) {
  tell(`Node: ${network.name}`);
  networkRows.push(await measureNetwork(network, networkRounds));
}
const reached = [
  ...measured.flatMap((one) => reachedGoals(one, machine.hasDot)),
  ...reachedByNetworks(networkRows),
];
if (process.argv.includes('--json'))
  console.log(
    JSON.stringify({ processor: machine, rounds, measured, networks: networkRows, goals: reached }, null, 2),
  );
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
  for (const one of networkRows) console.log(networkText(one));
  console.log(goalsText(reached));
}
