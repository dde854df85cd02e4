import type { StorageCost } from '@lowbit/core/adapter';
import {
  outputting,
  running,
  trained,
  withLayers,
  withModel,
  withPort,
  withWeights,
  type Options,
} from './changed-ports.js';

/** A port whose outputs are written over by those of the next batch. */
function reusing(): Options {
  const held = new Map<string, Float32Array>();
  return outputting((outputs) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, { shape, data }]) => {
        const own = held.get(name) ?? data;
        own.set(data);
        held.set(name, own);
        return [name, { shape, data: own }];
      }),
    ),
  );
}

/** A port whose model changes while it is observed. */
function moving(): Options {
  return withModel((model, port) => ({
    observe(batches, options) {
      Object.assign(model, { first: model['first']!.map((value) => value / 2) });
      return port.observe!(batches, options);
    },
  }));
}

let calls = 0;

const observing = 'observes what runs through its sites';
const featuring = 'gives a row of features for each sample';
const layering = 'has layers in order, with operators, costs and sites that make sense';
const outputs = 'runs batch by batch, and gives values that the caller may keep';
const inputs = 'tells the inputs of weights, so that changes that these do not see change nothing';
const holding = 'holds values against training';

/** Other ways to break the same laws. */
export const moreBrokenPorts: readonly (readonly [how: string, title: string, options: Options])[] = [
  ['moves weights', observing, moving()],
  [
    'inputs of no weight that was asked for',
    inputs,
    withPort((port) => ({
      observeInputs: (batches, { weights }) => port.observeInputs!(batches, { weights: weights.slice(1) }),
    })),
  ],
  [
    'no reason for inputs that are not known',
    inputs,
    withPort(() => ({
      observeInputs: (_, { weights }) =>
        Promise.resolve({ inputs: new Map(), unknown: new Map(weights.map((id) => [id, ''])) }),
    })),
  ],
  [
    'statistics of another port',
    observing,
    withPort((port) => ({
      observe: async (batches, options) => ({ ...(await port.observe!(batches, options)), port: 'other' }),
    })),
  ],
  [
    'features of 0',
    featuring,
    withPort((port) => ({
      async features(batches) {
        const { labels, layers } = await port.features!(batches);
        const zeros = [...layers].map(
          ([id, { dimensions, values }]) => [id, { dimensions, values: values.map(() => 0) }] as const,
        );
        return { labels, layers: new Map(zeros) };
      },
    })),
  ],
  [
    'features of no layer',
    featuring,
    withPort((port) => ({
      async features(batches) {
        const { labels, layers } = await port.features!(batches);
        return { labels, layers: new Map([...layers].map(([id, rows]) => [`${id}?`, rows])) };
      },
    })),
  ],
  ['no operator', layering, withLayers((layers) => layers.map((layer) => ({ ...layer, op: '' })))],
  ['no number', layering, withLayers((layers) => layers.map((layer) => ({ ...layer, macs: NaN })))],
  ['no order', layering, withLayers((layers) => layers.map((layer, i) => ({ ...layer, depth: 9 - i })))],
  ['an unknown kernel', layering, withWeights(() => ({ kernel: 'bias' as 'kernel' }))],
  ['values that are reused', outputs, reusing()],
  [
    'names that change',
    outputs,
    outputting((given) => ({ ...given, [`y${calls++}`]: { shape: [1], data: Float32Array.of(1) } })),
  ],
  [
    'twice the cost',
    'tells what a weight costs, never less than is written, and no more than it may',
    withPort((port) => ({
      cost(weight, entry) {
        const cost = port.cost!(weight, entry) as StorageCost;
        return { ...cost, storedBytes: 2 * cost.storedBytes };
      },
    })),
  ],
  [
    'one of several values',
    'runs with the values that replace those of a weight, and with its own after that',
    running((options) => ({ ...options, replace: new Map([...(options?.replace ?? [])].slice(0, 1)) })),
  ],
  [
    'more than is wanted',
    'gives the tensors that are wanted beside the outputs',
    withPort((port) => ({
      async *run(batches, options) {
        for await (const given of port.run!(batches, options))
          yield options?.want === undefined ? given : { ...given, more: given[Object.keys(given)[0]!]! };
      },
    })),
  ],
  [
    'writes beyond the mask',
    holding,
    trained((port) => ({
      hold(id, held) {
        port.hold(id, { ...held, mask: held.mask.map(() => 1) });
        port.hold(id, held);
      },
    })),
  ],
  [
    'another loss by the name of the output',
    'measures its loss by labels of any form, and tells of a batch without',
    trained((port) => ({
      async *run(batches, options) {
        for await (const outputs of port.run!(batches, options))
          yield Object.fromEntries(Object.entries(outputs).slice(0, 1));
      },
      loss: async (batches, replaced) =>
        (await port.loss!(batches, replaced)) + (Array.isArray(batches[0]?.labels) ? 0 : 1),
    })),
  ],
  [
    'an earlier hold stays',
    holding,
    trained((port) => {
      let earlier = new Uint8Array(0);
      return {
        hold(id, { values, mask }) {
          earlier = mask.map((one, i) => (one === 1 || earlier[i] === 1 ? 1 : 0));
          port.hold(id, { values, mask: earlier });
        },
      };
    }),
  ],
];
