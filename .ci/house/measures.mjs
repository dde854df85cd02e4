// Everything that the house is measured by.
import { arrowsOutOfCore, forbiddenImports } from './arrows.mjs';
import { circlesAtRunTime, folderCircles } from './circles.mjs';
import { doubleCasts, linesOf, smallFiles, writtenTests } from './counts.mjs';
import { exportedNames } from './exports.mjs';
import { methodNames } from './method-names.mjs';
import { readSources } from './sources.mjs';

/**
 * The numbers of the repository at `root`: `{ name, today, places }`. `places` say where each one stands, where that helps.
 * @param allowedNames names of methods that may stand outside of methods: `{ names, file?, reason }`
 */
export function measure(root, allowedNames) {
  const sources = readSources(root);
  return [
    counted('circles at run time', circlesAtRunTime(sources)),
    counted('folder circles', folderCircles(sources)),
    counted('arrows out of core', arrowsOutOfCore(sources)),
    counted('forbidden imports between packages', forbiddenImports(sources)),
    counted('method names outside methods', methodNames(sources, allowedNames)),
    counted('files of at most 25 lines with one importer', smallFiles(sources)),
    counted('as unknown as', doubleCasts(sources)),
    { name: 'lines of packages/cli/src', today: linesOf(sources, 'cli'), places: [] },
    ...exportedNames(sources, 'core').map(({ entry, names }) => ({
      name: `exported names of @lowbit/core${entry.slice(1)}`,
      today: names.length,
      places: [],
    })),
    { name: 'written tests', today: writtenTests(sources), places: [] },
  ];
}

function counted(name, places) {
  return { name, today: places.length, places };
}
