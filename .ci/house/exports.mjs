// The names that a package's entries export, types included.
import { posix } from 'node:path';
import ts from 'typescript';

/** The names of each entry of a package, by the entry's key in package.json. */
export function exportedNames({ files, packages }, folder) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const { manifest } = packages.find((one) => one.folder === folder);
  return Object.entries(manifest.exports).map(([entry, { types }]) => {
    const path = posix.join('packages', folder, types.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts'));
    return { entry, names: [...namesOf(byPath.get(path), byPath)].sort() };
  });
}

function namesOf(file, byPath) {
  return new Set(file.tree.statements.flatMap((statement) => namesOfStatement(statement, file, byPath)));
}

function namesOfStatement(statement, file, byPath) {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (exportClause === undefined) return starNames(statement, file, byPath);
    return ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [exportClause.name.text];
  }
  const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  return [statement.name.text];
}

/** `export * from` a file of the same package; another package's names are counted there. */
function starNames(statement, file, byPath) {
  const { target } = file.arrows.find(({ node }) => node === statement);
  return target ? [...namesOf(byPath.get(target), byPath)] : [];
}
