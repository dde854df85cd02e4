// Names of methods in packages that are no methods: what should come from the plugin is known by name there.
import ts from 'typescript';
import { placeOf, visit } from './sources.mjs';

const owners = ['method', 'preset'];

/**
 * String literals and identifiers with a method's name in packages of other types.
 * `allowed` are `{ names, file?, reason }`: where a default is chosen, or where the word means something else.
 */
export function methodNames({ files }, allowed) {
  const registered = registeredNames(files.filter((file) => owners.includes(file.package.type)));
  return files
    .filter((file) => !owners.includes(file.package.type))
    .flatMap((file) => {
      const may = allowed
        .filter((entry) => (entry.file ?? file.path) === file.path)
        .flatMap(({ names }) => names);
      return namesIn(file, registered)
        .filter(({ name }) => !may.includes(name))
        .map(({ name, node }) => `${placeOf(file, node)} ${name}`);
    });
}

/** The names of the plugins that a package makes: `name` of the objects that have a `kind` of plugin. */
function registeredNames(files) {
  const names = new Set();
  for (const { tree } of files) {
    visit(tree, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const kind = textOf(node, 'kind');
      const name = textOf(node, 'name');
      if (name && ['quantizer', 'policy', 'schedule', 'rounder'].includes(kind)) names.add(name);
    });
  }
  return [...names];
}

function textOf(object, member) {
  const property = object.properties.find(
    (one) => ts.isPropertyAssignment(one) && one.name.getText() === member,
  );
  return property && ts.isStringLiteralLike(property.initializer) ? property.initializer.text : undefined;
}

function namesIn(file, names) {
  const found = [];
  visit(file.tree, (node) => {
    for (const name of names) if (says(node, name)) found.push({ name, node });
  });
  return found;
}

/** A name stands in a text as a word of its own, or as an identifier in camel case. */
function says(node, name) {
  if (ts.isIdentifier(node)) return node.text === camelCase(name);
  const isText =
    ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return isText && node.text.split(/[^A-Za-z0-9-]+/).includes(name);
}

function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}
