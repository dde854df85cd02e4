import { prove, type Proof } from './proof.js';
import type { Part } from './section.js';
import { proofText } from './text.js';

/**
 * Runs the parts that the command line asks for (`--only NAME,NAME`), prints what was measured as tables or (`--json`) as JSON, and sets the
 * exit status: 1 for a missed gate, 2 for a part that does not exist.
 */
export async function runProof(format: string, parts: readonly Part[]): Promise<Proof> {
  const clear = '\r\x1b[2K';
  const show = (line: string) => void (process.stderr.isTTY && process.stderr.write(clear + line));
  const proof = await prove(format, chosenParts(parts), show);
  show('');
  console.log(process.argv.includes('--json') ? JSON.stringify(proof, null, 2) : proofText(proof));
  process.exitCode = proof.missed.length === 0 ? 0 : 1;
  return proof;
}

function chosenParts(parts: readonly Part[]): readonly Part[] {
  const wanted = process.argv.flatMap((one, at) =>
    one === '--only' ? (process.argv[at + 1] ?? '').split(',') : [],
  );
  const unknown = wanted.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}". Parts: ${parts.map(({ name }) => name).join(', ')}.`);
    process.exit(2);
  }
  return wanted.length === 0 ? parts : parts.filter(({ name }) => wanted.includes(name));
}
