import { afterAll, describe, expect, it } from 'vitest';

import { readKeras, type KerasModel, type KerasNetwork, type KerasSource, type Shape } from '../src/index.js';
import './in-place.js';
import { goldenValues, textOf, weightValues } from './support.js';
import { kerasCases, everyCase, goldenOf } from './cases.js';

const opened: KerasModel[] = [];
afterAll(() => opened.forEach((model) => model.close()));

async function read(source: KerasSource): Promise<KerasModel> {
  const model = await readKeras(source);
  opened.push(model);
  return model;
}

/** Everything about a network but its weights, to be compared. */
function outline({ layers, calls, inputs, outputs, outputNames }: KerasNetwork): unknown {
  return {
    layers: layers.map(({ id, className, config, network, parts }) => [
      id,
      className,
      config,
      network && outline(network),
      Object.keys(parts),
    ]),
    calls: calls.map(({ layer, ...call }) => ({ layer: layer.name, ...call })),
    inputs,
    outputs,
    outputNames,
  };
}

type NamedShape = readonly [string, Shape | undefined];

/** Shapes of what a model gives, as far as they are told: without the batch. */
function outputShapes({ layers, calls, outputs, outputNames }: KerasNetwork): NamedShape[] {
  return outputs.map(({ layer, call, output }, i) => {
    const shape = calls.find((each) => each.layer.name === layer && each.index === call)?.outputShapes[
      output
    ];
    const given = layers.find(({ name }) => name === layer)?.config['batch_input_shape'] as Shape | undefined;
    return [outputNames?.[i] ?? String(i), (shape ?? given)?.slice(1)];
  });
}

/** Outputs of which a size is told that is not the one that came out. */
function misfits(told: readonly NamedShape[], given: readonly NamedShape[]): readonly NamedShape[] {
  const sizes = new Map(given);
  const fits = ([name, shape]: NamedShape) =>
    shape === undefined || shape.every((size, axis) => size === null || size === sizes.get(name)?.[axis]);
  return told.filter((each) => !fits(each));
}

/** A model in all forms in which Keras saved it. */
function sourcesIn(files: ReadonlyMap<string, Uint8Array>): KerasSource[] {
  const weights = files.get('model.weights.h5');
  const apart = weights && { topology: textOf(files.get('model.json')), weights };
  return [apart, files.get('model.keras'), files.get('model.h5')].filter((source) => source !== undefined);
}

/** The version whose rules a model is computed by. */
const major = ({ kerasVersion }: KerasModel) => kerasVersion?.split('.')[0];

describe.each(await everyCase())('%s', (_, cases) => {
  it.each([...cases])('%s', async (name, files) => {
    const golden = goldenOf(files);
    const models = await Promise.all(sourcesIn(files).map(read));
    const layers = Object.keys(golden.weights);
    for (const model of models) {
      expect(await weightValues(model, layers)).toEqual(goldenValues(golden.weights));
      expect(outline(model.network)).toEqual(outline(models[0]!.network));
      expect(major(model)).toBe(major(models.at(-1)!));
      const shapes = Object.entries(golden.outputs).map(([name, { shape }]): NamedShape => [
        name,
        shape.slice(1),
      ]);
      // Where inputs have sizes of any kind, golden outputs have those of the inputs that were chosen.
      if (name.includes('unknown')) expect(misfits(outputShapes(model.network), shapes)).toEqual([]);
      else expect(outputShapes(model.network).sort()).toEqual(shapes.sort());
    }
  });
});

it('tells the version of a config.json, which does not', async () => {
  for (const [archive, version] of [
    ['keras3', '3'],
    ['keras2', undefined],
  ] as const)
    for (const name of ['dense', 'sequential', 'nested_twice', 'time_distributed', 'mixed_precision']) {
      const files = (await kerasCases(archive)).get(name)!;
      const weights = files.get('model.weights.h5')!;
      const model = await read({ topology: files.get('model.keras')!, weights });
      expect(major(model), name).toBe(version);
      const { weights: golden } = goldenOf(files);
      expect(await weightValues(model, Object.keys(golden)), name).toEqual(goldenValues(golden));
    }
});

it('brings both versions into one form', async () => {
  const [three, two] = [await kerasCases('keras3'), await kerasCases('keras2')];
  const names = [...three.keys()].filter((name) => two.has(name));
  expect(names.length).toBeGreaterThan(70);
  // Where the models themselves are not the same: other defaults, names that each version counts, options that one does not know.
  const calls = async (files: ReadonlyMap<string, Uint8Array>) => {
    const { network } = await read(files.get('model.keras')!);
    const all = network.calls.map(({ layer, index, inputShapes, outputShapes: shapes }) => [
      layer.className,
      index,
      inputShapes,
      shapes,
    ]);
    // What does not need each other is carried out in another order by each.
    return all.map((each) => JSON.stringify(each)).sort();
  };
  for (const name of [
    'nested_twice',
    'lstm_states',
    'multi_head_attention',
    'merges',
    'branches',
    'bidirectional_lstm',
  ])
    expect(await calls(three.get(name)!), name).toEqual(await calls(two.get(name)!));
});
