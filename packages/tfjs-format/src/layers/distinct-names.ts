/**
 * Names for what may be called the same, in their order: the first keeps its name, others get a number behind theirs.
 *
 * @param others Names that are taken too.
 */
export function distinctNames(names: readonly string[], others: readonly string[] = []): readonly string[] {
  const own = new Set(names);
  const taken = new Set([...names, ...others]);
  return names.map((name) => {
    if (own.delete(name)) return name;
    let number = 1;
    while (taken.has(`${name}_${number}`)) number++;
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  });
}
