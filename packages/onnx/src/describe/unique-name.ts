/** Names that are taken, with the number that the next repetition gets. */
export type UsedNames = Map<string, number>;

/** The name itself, or with `#2`, `#3` … when it is taken. */
export function uniqueName(name: string, used: UsedNames): string {
  const next = used.get(name);
  if (next === undefined) {
    used.set(name, 2);
    return name;
  }
  used.set(name, next + 1);
  return uniqueName(`${name}#${next}`, used);
}
