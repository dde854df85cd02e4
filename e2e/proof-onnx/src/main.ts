import { integersPart } from './integers/part.js';
import { limitsPart, peersPart } from './peers/part.js';
import { prove } from './proof.js';
import type { Part } from './section.js';
import { quantizersPart } from './speed/part.js';
import { structuresPart } from './structures/part.js';
import { proofText } from './text.js';

const parts = [structuresPart, quantizersPart, integersPart, peersPart, limitsPart];

const wanted = process.argv.flatMap((one, at) =>
  one === '--only' ? (process.argv[at + 1] ?? '').split(',') : [],
);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown[0]}". Parts: ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen: readonly Part[] =
  wanted.length === 0 ? parts : parts.filter(({ name }) => wanted.includes(name));

const clear = '\r\x1b[2K';
const show = (line: string) => void (process.stderr.isTTY && process.stderr.write(clear + line));
const proof = await prove(chosen, show);
show('');
console.log(process.argv.includes('--json') ? JSON.stringify(proof, null, 2) : proofText(proof));
process.exitCode = proof.missed.length === 0 ? 0 : 1;
