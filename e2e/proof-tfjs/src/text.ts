import CliTable from 'cli-table3';
import type { CheckedClaim } from './claims.js';
import type { Proof } from './proof.js';

const columns = [
  'method',
  'bits',
  'first, last',
  'start',
  'accuracy %',
  'points lost',
  'untrained %',
  'minutes',
];

/** The proof as a table for people. */
export function proofText({
  settings,
  node,
  tfjs,
  backend,
  float,
  quantized,
  claims,
  missed,
}: Proof): string {
  const table = new CliTable({ head: columns, style: { head: [], border: [], compact: true } });
  table.push(['float', '32', 'float', 'scratch', percent(float.accuracy), '', '', minutes(float.seconds)]);
  for (const { title, bits, ends, start, accuracy, untrained, seconds } of quantized)
    table.push([
      title,
      bits,
      ends,
      start,
      percent(accuracy),
      percent(float.accuracy - accuracy),
      untrained === undefined ? '' : percent(untrained),
      minutes(seconds),
    ]);
  const { training, test } = settings.pictures;
  return [
    `Fashion-MNIST, ${training} pictures to train, ${test} to test; seed ${settings.seed}; tfjs ${tfjs} on ${backend}, Node ${node}`,
    table.toString(),
    ...claims.map(claimText),
    verdictText(claims.length, missed.length),
  ].join('\n');
}

function verdictText(claims: number, missed: number): string {
  if (claims === 0) return 'No claim is about these runs alone.';
  return missed === 0 ? `All ${claims} claims kept.` : `${missed} of ${claims} claims missed.`;
}

function claimText({ text, figure, least, kept }: CheckedClaim): string {
  return `  ${kept ? 'kept' : 'MISSED'}: ${text} (${percent(figure)}, at least ${percent(least)})`;
}

function percent(value: number): string {
  return value.toFixed(2);
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}
