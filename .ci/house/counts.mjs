// What is counted file by file.
import ts from 'typescript';
import { isTest, parse, placeOf, typescriptFiles, visit } from './sources.mjs';

/** Files of at most this many lines should live with their only caller. */
const smallLines = 25;

/** Small files that a single other file imports. */
export function smallFiles({ files }) {
  const importers = new Map(files.map(({ path }) => [path, new Set()]));
  for (const { path, arrows } of files) {
    for (const { target } of arrows) if (target) importers.get(target).add(path);
  }
  return files
    .filter(({ path, lines }) => lines <= smallLines && importers.get(path).size === 1)
    .map(({ path }) => `${path} ← ${[...importers.get(path)][0]}`);
}

/** Casts that nothing checks: `as unknown as`. */
export function doubleCasts({ files }) {
  const found = [];
  for (const file of files) {
    visit(file.tree, (node) => {
      if (!ts.isAsExpression(node) || !ts.isAsExpression(node.expression)) return;
      if (node.expression.type.kind === ts.SyntaxKind.UnknownKeyword) found.push(placeOf(file, node));
    });
  }
  return found;
}

/** Lines of a package's library code. */
export function linesOf({ files }, folder) {
  return files.filter((file) => file.package.folder === folder).reduce((sum, { lines }) => sum + lines, 0);
}

/** Tests that are written, one for a table of cases. What ran is counted by `.ci/test.mjs`. */
export function writtenTests({ root }) {
  const paths = ['packages', 'e2e', 'docs'].flatMap((folder) => typescriptFiles(root, folder)).filter(isTest);
  return paths.reduce((sum, path) => {
    let count = 0;
    visit(parse(root, path).tree, (node) => {
      if (isTestCall(node)) count++;
    });
    return sum + count;
  }, 0);
}

/** `it('…', …)` and `it.each(…)('…', …)`, but not the `it.each(…)` inside of it. */
function isTestCall(node) {
  if (!ts.isCallExpression(node) || ts.isCallExpression(node.parent)) return false;
  let callee = node.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  return ts.isIdentifier(callee) && (callee.text === 'it' || callee.text === 'test');
}
