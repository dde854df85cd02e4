import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import type { Cost } from './child.js';
import { type CostNetwork, networks } from './networks.js';

const child = fileURLToPath(new URL('child.js', import.meta.url));
const speed = fileURLToPath(new URL('../../../../packages/rounding/fixtures/speed.mjs', import.meta.url));

/** What the program prints as JSON. */
function printed(program: string, argument: string): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, argument], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argument}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What rounding whole networks takes: 4 bits, `auto` and biases, one weight after the other. */
export const costPart: Part = {
  name: 'cost',
  measure(tell) {
    const rows: Row[] = [];
    const gates: Gate[] = [];
    for (const [name, { title, most }] of Object.entries<CostNetwork>(networks)) {
      tell(name);
      const cost = printed(child, name) as Cost;
      rows.push(rowOf(title, cost));
      // On idle cores the clock says less: what else a machine does is not counted.
      gates.push(gateAtMost(`${name}: seconds of all processors`, cost.processorSeconds, most.seconds));
      if (most.bytes !== undefined)
        gates.push(gateAtMost(`${name}: bytes of memory at most`, cost.peakBytes, most.bytes));
    }
    const title = 'what rounding at 4 bits takes, in sequence';
    return Promise.resolve({ name: 'cost', title, rows, gates, skipped: [] });
  },
};

const rowOf = (title: string, { seconds, processorSeconds, peakBytes, weights, bytes }: Cost): Row => ({
  network: title,
  weights,
  bytes,
  seconds: Math.round(seconds),
  'of processor': Math.round(processorSeconds),
  'memory, GB': Number((peakBytes / 1e9).toFixed(2)),
});

/** How fast Gram matrices and factors are made, in 10⁹ operations a second. */
export const speedPart: Part = {
  name: 'speed',
  measure() {
    const rows = printed(speed, '--json') as Row[];
    const title = '10⁹ operations a second, of one thread';
    return Promise.resolve({ name: 'speed', title, rows, gates: [], skipped: [] });
  },
};
