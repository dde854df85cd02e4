import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The processor, and whether it is known to multiply integers of 8 bits and add four products in one instruction that engines use. */
export function processor(): { readonly name: string; readonly hasDot: boolean } {
  const file = '/proc/cpuinfo';
  const flags = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(isFlags).join(' ') : '';
  return { name: cpus()[0]?.model ?? 'unknown', hasDot: /\b(avx_vnni|asimddp|i8mm)\b/.test(flags) };
}

const isFlags = (line: string) => /^(flags|Features)\s*:/.test(line);
