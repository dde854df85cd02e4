import { parseArgs } from 'node:util';
import { dataFolder, missingData } from './data/fashion-mnist.js';
import { prove } from './proof.js';
import { cacheFolder } from './run/store.js';
import { runNames, type RunName } from './settings.js';
import { proofText } from './text.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});

const only = values.only.flatMap((names) => names.split(','));
const unknown = only.find((name) => !runNames.includes(name as RunName));
if (unknown !== undefined) fail(`There is no run "${unknown}". Runs: ${runNames.join(', ')}.`);
if (dataFolder() === undefined) fail(missingData);

const clear = '\r\x1b[2K';
const show = (line: string) => void (process.stderr.isTTY && process.stderr.write(clear + line));
const proof = await prove({
  isShort: values.short,
  resumes: values.resume,
  folder: cacheFolder,
  show,
  ...(only.length === 0 ? {} : { only: only as RunName[] }),
});
show('');
console.log(values.json ? JSON.stringify(proof, null, 2) : proofText(proof));
process.exitCode = proof.missed.length === 0 ? 0 : 1;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
