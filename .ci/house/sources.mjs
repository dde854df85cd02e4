// The library code of every package, parsed: what each file imports, and from where.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { readPackages } from '../boundaries.mjs';

/**
 * The packages under `root`, and their TypeScript files without tests.
 * A file's `path` is relative to `root`, with `/`; `arrows` are its imports and re-exports.
 */
export function readSources(root) {
  const packages = readPackages(root);
  const files = packages.flatMap((owner) =>
    typescriptFiles(root, `packages/${owner.folder}/src`)
      .filter((path) => !isTest(path))
      .map((path) => ({ ...parse(root, path), package: owner })),
  );
  const known = new Set(files.map(({ path }) => path));
  for (const file of files) file.arrows = arrowsOf(file, known);
  return { root, packages, files };
}

/** Whether a path is a file of tests. */
export function isTest(path) {
  return path.endsWith('.test.ts');
}

/** All TypeScript files below a folder, built and installed ones excepted, as paths relative to `root`. */
export function typescriptFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist')
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return typescriptFiles(root, path);
      return entry.name.endsWith('.ts') ? [path] : [];
    })
    .sort();
}

/** One parsed file; `tree` has parents set. */
export function parse(root, path) {
  const text = readFileSync(join(root, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, folder: dirname(path), lines: text.split('\n').length - 1, tree };
}

/** Calls `visitor` on every node of a tree. */
export function visit(node, visitor) {
  visitor(node);
  node.forEachChild((child) => visit(child, visitor));
}

/** The line of a node, from 1. */
function lineOf(file, node) {
  return file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** Where a node stands, as `path:line`. */
export function placeOf(file, node) {
  return `${file.path}:${lineOf(file, node)}`;
}

/** Every import of a file: `specifier`, the file it means when that is of the same package, and when it is needed. */
function arrowsOf(file, known) {
  const arrows = [];
  visit(file.tree, (node) => {
    const found = importOf(node);
    if (found) arrows.push({ ...found, node, target: targetOf(file, found.specifier, known) });
  });
  return arrows;
}

/** `types`: erased when compiled; `load`: needed before the file runs; `later`: `import()`. */
function importOf(node) {
  if (ts.isImportDeclaration(node)) {
    const types = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, when: types ? 'types' : 'load' };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: node.moduleSpecifier.text, when: node.isTypeOnly ? 'types' : 'load' };
  }
  if (ts.isImportTypeNode(node)) return { specifier: node.argument.literal.text, when: 'types' };
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  return ts.isStringLiteralLike(argument) ? { specifier: argument.text, when: 'later' } : undefined;
}

function targetOf(file, specifier, known) {
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(file.folder, specifier).replace(/\.js$/, '.ts');
  return path.startsWith(`packages/${file.package.folder}/src/`) && known.has(path) ? path : undefined;
}
