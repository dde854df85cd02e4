// Imports that cross a package's border where none may.
import { isAllowed, registerFile } from '../boundaries.mjs';
import { placeOf } from './sources.mjs';

/** Imports in core of anything that is not core's own library code. */
export function arrowsOutOfCore({ files }) {
  return files
    .filter((file) => file.package.type === 'core')
    .flatMap((file) =>
      file.arrows
        .filter(({ target }) => target === undefined)
        .map(({ node, specifier }) => `${placeOf(file, node)} ${specifier}`),
    );
}

/** Imports of a package that the table of types does not allow, and imports past a package's entries. */
export function forbiddenImports({ files, packages }) {
  return files.flatMap((file) =>
    file.arrows
      .filter(({ specifier, target }) => target === undefined && !mayStand(file, specifier, packages))
      .map(({ node, specifier }) => `${placeOf(file, node)} ${specifier}`),
  );
}

function mayStand(file, specifier, packages) {
  if (specifier.startsWith('.')) return specifier.startsWith('./') && specifier.endsWith('.json');
  const imported = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (imported === undefined || imported === file.package) return true;
  if (!(`.${specifier.slice(imported.name.length)}` in imported.manifest.exports)) return false;
  const registers = file.path.endsWith(`/src/${registerFile}`) && imported.type === 'preset';
  return registers || isAllowed(file.package, imported);
}
