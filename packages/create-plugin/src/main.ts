import { isLowbitError } from '@lowbit/core';
import { join } from 'node:path';
import { help, readCommandLine } from './command-line.js';
import { generatePackage } from './generate-package.js';
import { packageVersion } from './package-version.js';
import { nameOf } from './plugin-name.js';
import { writePackage } from './write-package.js';

/** Where text goes. */
export interface Outputs {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * Runs one command line in the folder `cwd` and resolves to its exit status: 0 done, 1 failed, 2 wrong usage. `args` is
 * without the names of node and the script.
 */
export async function main(
  args: readonly string[],
  cwd: string,
  { stdout, stderr }: Outputs,
): Promise<number> {
  try {
    stdout.write(await answer(args, cwd));
    return 0;
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    stderr.write(`error: ${error.message}\n`);
    return error.code === 'invalid-argument' ? 2 : 1;
  }
}

async function answer(args: readonly string[], cwd: string): Promise<string> {
  const request = readCommandLine(args);
  if (request.show !== undefined) return request.show === 'help' ? help : `${packageVersion()}\n`;
  const name = nameOf(request.name, request.kind);
  const files = generatePackage({ ...request, name });
  await writePackage(join(cwd, name.package), files);
  return `Made ${name.package} with ${[...files.keys()].join(', ')}.

  cd ${name.package}
  npm install
  npm test
`;
}
