/** The known name that a misspelt one most likely meant: at most two edits, or a third of its length, away. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits > limit || edits >= candidate.length) continue;
    if (best === undefined || edits < best.edits) best = { name: candidate, edits };
  }
  return best?.name;
}

/** The remedy that names what was probably meant, to be spread into a problem; nothing where no name is near. */
export function suggestName(name: string, known: Iterable<string>): { readonly remedy?: string } {
  const near = nearestName(name, known);
  return near === undefined ? {} : { remedy: `Did you mean ${near}?` };
}

/** Letters to insert, delete or replace, so that `a` becomes `b` (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  // row[j]: from the letters of `a` so far to the first j of `b`.
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
