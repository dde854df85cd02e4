import type { GraphProto, NodeProto } from '../schema/proto.js';
import type { EditableGraph } from './editable-graph.js';
import type { GraphConstants } from './graph-constants.js';
import type { GraphLinks } from './graph-links.js';
import { keepDocs, keepWords } from './keep-words.js';
import type { NodeList } from './node-list.js';
import { renameValue } from './rename.js';

/** What takes a node's place gets its words. */
export function replacements(nodes: NodeList, links: GraphLinks): Pick<EditableGraph, 'replace' | 'absorb'> {
  const put = (node: NodeProto, by: readonly NodeProto[]) => {
    links.remove(node);
    by.forEach(links.add);
    nodes.replace(node, by);
  };
  return {
    replace(node, by) {
      const heir = by.find((one) => one !== node && one.output[0] === node.output[0]);
      if (heir !== undefined) keepWords(heir, node);
      put(node, by);
    },
    absorb(node, into) {
      for (const one of into) keepDocs(one, node);
      put(node, []);
    },
  };
}

/** Gives a value another name wherever it stands. */
export function renaming(
  graph: GraphProto,
  {
    nodes,
    links,
    constants,
    held,
  }: { nodes: NodeList; links: GraphLinks; constants: GraphConstants; held: Set<string> },
): EditableGraph['rename'] {
  return (name, fresh) => {
    const touched = [...new Set([...links.users(name), links.producer(name)])].filter(
      (one) => one !== undefined,
    );
    touched.forEach(links.remove);
    renameValue(graph, name, fresh, nodes.all());
    touched.forEach(links.add);
    constants.rename(name, fresh);
    if (held.delete(name)) held.add(fresh);
  };
}

/** The nodes of a list that pass a test, as long as the list is the same found once. */
export function kept(all: NodeList['all'], test: (node: NodeProto) => boolean): NodeList['all'] {
  let [from, passed]: (readonly NodeProto[])[] = [[], []];
  return () => {
    const now = all();
    if (now !== from) [from, passed] = [now, now.filter(test)];
    return passed as readonly NodeProto[];
  };
}
