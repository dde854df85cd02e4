import { describe, expect, it } from 'vitest';

import type { Shape } from '../src/index.js';
import { networkOf, openKeras } from '../src/read-keras.js';
import { kerasCases } from './cases.js';
import { jsonOf } from './support.js';

/** What Keras tells of the outputs of a graph, and what they were for inputs of several sizes. */
interface Graph {
  readonly topology: object;
  readonly told: readonly Shape[];
  readonly given: readonly (readonly Shape[])[];
}

/** Our shapes of a graph's outputs; undefined where the graph is refused. */
async function shapesOf({ topology }: Graph): Promise<readonly (Shape | undefined)[] | undefined> {
  const opened = await openKeras({ topology }, {});
  const { network, problems } = networkOf(opened, {});
  opened.close();
  if (problems.length > 0) return undefined;
  return network.outputs.map(
    ({ layer, call, output }) =>
      network.calls.find((each) => each.layer.name === layer && each.index === call)?.outputShapes[output],
  );
}

/** Whether a shape has all sizes that another tells. */
const hasSizes = (shape: Shape, told: Shape): boolean =>
  shape.length === told.length && told.every((size, axis) => size === null || size === shape[axis]);

/** What stands against shapes of ours: a size that another one came out for, or one that Keras rightly tells. */
function faultOf(ours: readonly (Shape | undefined)[], { told, given }: Graph): string | undefined {
  const isFalse = given.some((outputs) => outputs.some((shape, i) => !hasSizes(shape, ours[i] ?? [])));
  const isTrue = (shape: Shape, i: number) => given.every((outputs) => hasSizes(outputs[i]!, shape));
  const isPoor = told.some((shape, i) => isTrue(shape, i) && !hasSizes(ours[i] ?? [], shape));
  if (!isFalse && !isPoor) return undefined;
  return JSON.stringify({ ours, told, given });
}

/** Graphs that may join samples, by what their sizes come to. */
const refused = ['reshaped'];

describe.each(['keras3-shapes', 'keras2-shapes'] as const)('%s', (archive) => {
  it('tells sizes that come out whatever sizes go in, and all that Keras tells', async () => {
    const graphs = jsonOf<Record<string, Graph>>(
      (await kerasCases(archive)).get('shapes')!.get('golden.json'),
    );
    expect(Object.keys(graphs).length).toBeGreaterThan(300);
    const faults: Record<string, string> = {};
    for (const [name, graph] of Object.entries(graphs)) {
      const ours = await shapesOf(graph);
      const isRefused = refused.includes(name.split(' ')[0]!);
      const fault = ours === undefined ? 'refused' : faultOf(ours, graph);
      if (fault !== undefined && !(isRefused && ours === undefined)) faults[name] = fault;
    }
    expect(faults).toEqual({});
  });
});
