import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where Debian's package `libonnx-testdata` lies; `LOWBIT_STRANGERS` names another folder of the same layout. */
const installed = '/usr/share/libonnx-testdata/data';

/** A model of somebody else, in a folder of its own with inputs of a test. */
export interface StrangersModel {
  readonly name: string;
  readonly file: string;
  /** The first test's inputs, one a file, in the order of the graph's inputs. */
  readonly inputs: readonly string[];
}

/** All models that are installed, by name; none where there is no such folder. */
export function findModels(): readonly StrangersModel[] {
  const root = process.env['LOWBIT_STRANGERS'] ?? installed;
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('model.onnx'))
    .map((path) => modelAt(root, join(root, path)))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function modelAt(root: string, file: string): StrangersModel {
  const folder = file.slice(0, -'/model.onnx'.length);
  const tests = join(folder, 'test_data_set_0');
  const names = existsSync(tests) ? readdirSync(tests).filter((name) => /^input_\d+\.pb$/.test(name)) : [];
  const inputs = names.sort((one, other) => numberIn(one) - numberIn(other)).map((name) => join(tests, name));
  return { name: relative(root, folder), file, inputs };
}

const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0]);
