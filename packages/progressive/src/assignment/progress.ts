/**
 * How far each layer has come in separating the classes: 0 at the first, 1 at the last, never falling,
 *
 *     s_l = (log J'_l − log J'_first) / (log J'_last − log J'_first),   J'_l = max_{i ≤ l} J_i
 *
 * The first is the first layer that separates anything (J > 0); layers before it have s = 0. Layers that were not measured
 * lie evenly between their neighbours, or take the value of the only one.
 *
 * @param separability J ≥ 0 by depth; `undefined` where it was not measured
 * @returns `undefined` when the separability does not grow: no layer is then ahead of another
 */
export function progressOf(separability: readonly (number | undefined)[]): readonly number[] | undefined {
  let most = 0;
  const highest = separability.map((value) => {
    if (value === undefined) return undefined;
    most = Math.max(most, value);
    return most;
  });
  const first = highest.find((value) => value !== undefined && value > 0);
  const span = first === undefined ? 0 : Math.log(most) - Math.log(first);
  if (first === undefined || span <= 0) return undefined;
  return filled(
    highest.map((value) =>
      value === undefined ? undefined : (Math.log(Math.max(value, first)) - Math.log(first)) / span,
    ),
  );
}

/** Fills gaps by the straight line between the values on both sides; at the ends, by the nearest value. */
function filled(values: readonly (number | undefined)[]): number[] {
  return values.map((value, i) => {
    if (value !== undefined) return value;
    const before = values.findLastIndex((other, j) => j < i && other !== undefined);
    const after = values.findIndex((other, j) => j > i && other !== undefined);
    if (before < 0) return values[after] as number;
    const low = values[before] as number;
    if (after < 0) return low;
    return low + ((i - before) / (after - before)) * ((values[after] as number) - low);
  });
}
