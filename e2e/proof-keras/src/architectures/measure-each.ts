import { isLowbitError } from '@lowbit/core';
import { gateAtMost, type Gate, type Part, type Row, type Section } from '@lowbit/e2e-real-models/proof';
import { makeArchitectures, type Architecture } from './make.js';

/** What was measured of one model. */
export interface Result {
  readonly row: Row;
  readonly gates: readonly Gate[];
}

/** A part of the proof that measures each architecture. It is skipped where there is no Keras to build them. */
export function architecturePart(
  name: string,
  title: string,
  measure: (architecture: Architecture) => Promise<Result>,
  start: () => Promise<unknown> = async () => undefined,
): Part {
  return {
    name,
    async measure(tell): Promise<Section> {
      const made = makeArchitectures(tell);
      if ('missing' in made) return { name, title, rows: [], gates: [], skipped: [made.missing] };
      await start();
      const results: Result[] = [];
      for (const each of made) {
        tell(each.name);
        results.push(await measure(each).catch((error: unknown) => refused(each, error)));
      }
      const gates = results.flatMap((each) => each.gates);
      return { name, title, rows: results.map(({ row }) => row), gates, skipped: [] };
    },
  };
}

/** A model that is refused is a gate that is missed. */
function refused({ name }: Architecture, error: unknown): Result {
  if (!isLowbitError(error)) throw error;
  const [{ where, received, code }] = error.problems;
  const reason = `${where}: ${received ?? code}`;
  return { row: { model: name, refused: reason }, gates: [gateAtMost(`${name}: ${reason}`, NaN, 0)] };
}
