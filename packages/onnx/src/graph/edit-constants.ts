import type { EditableGraph, GraphPlace } from './editable-graph.js';
import type { GraphConstants } from './graph-constants.js';
import type { GraphLinks } from './graph-links.js';
import { keepDocs } from './keep-words.js';
import { makeIntegers, makeTensor } from './make-tensor.js';
import type { NodeList } from './node-list.js';
import { placedConstants } from './placed-constants.js';
import type { StoredConstants } from './write-edits.js';

/** Constants that come to those of the file. */
export function additions(
  constants: GraphConstants,
  newName: (near: string) => string,
): Pick<EditableGraph, 'addConstant' | 'addTensor' | 'addIntegers'> {
  return {
    addConstant(near, { type, dims, values }, replaced) {
      const name = newName(near);
      const tensor = makeTensor(name, type, dims, values);
      if (replaced !== undefined) keepDocs(tensor, replaced);
      constants.add(tensor);
      return name;
    },
    addTensor: constants.add,
    addIntegers(near, values) {
      const name = newName(near);
      constants.add(makeIntegers(name, values));
      return name;
    },
  };
}

/** Constants and nodes that take the place of constants of the file. */
export function constantPlaces(
  place: GraphPlace,
  constants: GraphConstants,
  nodes: NodeList,
  links: GraphLinks,
  { first, initializers, added }: StoredConstants,
): Pick<EditableGraph, 'placed' | 'replaceConstant' | 'dropConstant'> {
  const placed: EditableGraph['placed'] = (source, tensors) => placedConstants(place, source, tensors);
  return {
    placed,
    replaceConstant(source, by, shared) {
      const common = placed(source, shared);
      const { initializer, node } = placed(source, by.constants);
      const made = [...node, ...by.nodes];
      constants.remove(source.name);
      made.forEach(links.add);
      first.unshift(...common.node);
      if (source.node === undefined) {
        initializers.set(source.tensor, [...common.initializer, ...initializer]);
        first.push(...made);
      } else {
        added.push(...common.initializer, ...initializer);
        nodes.replace(source.node, made);
      }
    },
    dropConstant: (tensor) => void initializers.set(tensor, []),
  };
}
