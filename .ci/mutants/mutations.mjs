// Small changes of a source file that a test should notice.
import ts from 'typescript';

const swapped = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
};

/**
 * Every change of a parsed file, as `{ path, line, start, end, was, becomes, within, mutant }`: comparisons that include or leave out
 * their end or are turned round, swapped operators, numbers one too large, negations dropped, `true` for `false`.
 * `within` is the line of code and `mutant` what becomes of it, which know a change when lines move.
 */
export function mutationsOf({ path, tree }) {
  const found = [];
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isImportDeclaration(node)) return;
    const change = changeOf(node);
    if (change) found.push(describe(path, tree, change));
    node.forEachChild(visit);
  };
  visit(tree);
  return found;
}

/** The file's text with one change made. */
export function mutate(text, { start, end, becomes }) {
  return text.slice(0, start) + becomes + text.slice(end);
}

function changeOf(node) {
  if (ts.isBinaryExpression(node)) return swap(node.operatorToken);
  if (ts.isPostfixUnaryExpression(node)) {
    return { start: node.operand.end, end: node.end, becomes: node.getText().endsWith('++') ? '--' : '++' };
  }
  if (ts.isPrefixUnaryExpression(node)) return withoutNegation(node);
  if (ts.isNumericLiteral(node)) return at(node, `${Number(node.text) + 1}`);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return at(node, 'false');
  if (node.kind === ts.SyntaxKind.FalseKeyword) return at(node, 'true');
  return undefined;
}

function swap(token) {
  const becomes = swapped[token.getText()];
  return becomes && at(token, becomes);
}

function withoutNegation(node) {
  const isNegation = [ts.SyntaxKind.ExclamationToken, ts.SyntaxKind.MinusToken].includes(node.operator);
  return isNegation ? at(node, node.operand.getText()) : undefined;
}

function at(node, becomes) {
  return { start: node.getStart(), end: node.end, becomes };
}

function describe(path, tree, { start, end, becomes }) {
  const { line } = tree.getLineAndCharacterOfPosition(start);
  const lineIn = (text) => text.split('\n')[line].trim();
  const change = { path, line: line + 1, start, end, was: tree.text.slice(start, end), becomes };
  return { ...change, within: lineIn(tree.text), mutant: lineIn(mutate(tree.text, change)) };
}
