import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../settings.js';
import { parseState, stateText, type RunState } from './state.js';

/** The files of one run. */
export interface Store<Result> {
  state(): RunState | undefined;
  result(): Result | undefined;
  saveState(state: RunState): void;
  saveResult(result: Result): void;
  clear(): void;
}

/** Where runs keep their files by default; git ignores it. */
export const cacheFolder = fileURLToPath(new URL('../../out', import.meta.url));

/** The folder of a run. Other settings have other folders, so nothing is ever resumed that they did not make. */
export function storeOf<Result>(folder: string, settings: Settings, run: string): Store<Result> {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
  const own = join(folder, `settings-${digest}`, run);
  const [state, result] = [join(own, 'state.json'), join(own, 'result.json')];
  return {
    state: () => (existsSync(state) ? parseState(readFileSync(state, 'utf8')) : undefined),
    result: () => (existsSync(result) ? (JSON.parse(readFileSync(result, 'utf8')) as Result) : undefined),
    saveState: (now) => write(own, state, stateText(now)),
    saveResult: (now) => write(own, result, `${JSON.stringify(now, null, 2)}\n`),
    clear: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** Whole or not at all. */
function write(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
