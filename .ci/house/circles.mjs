// Circles of imports: between files when they are loaded, and between folders.

/** Groups of files that need each other before any of them has run; type imports and `import()` are no need. */
export function circlesAtRunTime({ files }) {
  const graph = new Map(
    files.map(({ path, arrows }) => [
      path,
      new Set(arrows.filter(({ when, target }) => when === 'load' && target).map(({ target }) => target)),
    ]),
  );
  return circles(graph).map((paths) => paths.sort().join(' ↔ '));
}

/**
 * Folders that import each other, types included: every pair that does, and every longer circle that holds no such pair.
 * A file that lies in `src` itself is a room of its own: the entries there import everything.
 */
export function folderCircles({ files }) {
  const graph = folderGraph(files);
  const pairs = [...graph].flatMap(([room, others]) =>
    [...others].filter((other) => room < other && graph.get(other).has(room)).map((other) => [room, other]),
  );
  const longer = circles(graph).filter(
    (rooms) => !pairs.some(([one, other]) => rooms.includes(one) && rooms.includes(other)),
  );
  const hasFolder = (rooms) => rooms.some((room) => !room.endsWith('.ts'));
  return [...pairs, ...longer].filter(hasFolder).map((rooms) => rooms.sort().join(' ↔ '));
}

function folderGraph(files) {
  const rooms = new Map(files.map((file) => [file.path, roomOf(file)]));
  const graph = new Map([...rooms.values()].map((room) => [room, new Set()]));
  for (const { path, arrows } of files) {
    for (const { target } of arrows) {
      if (target && rooms.get(target) !== rooms.get(path)) graph.get(rooms.get(path)).add(rooms.get(target));
    }
  }
  return graph;
}

function roomOf({ path, folder }) {
  return folder.endsWith('/src') ? path : folder;
}

/** The strongly connected components of more than one node (Tarjan, SIAM J. Comput. 1972). */
function circles(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const enter = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of graph.get(node)) {
      if (!index.has(next)) enter(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1) found.push(component);
  };
  for (const node of graph.keys()) if (!index.has(node)) enter(node);
  return found;
}
