import type { Batch, StorageNote, WeightDescriptor, LayerDescriptor } from '@lowbit/core';
import type { StorageCost } from '@lowbit/core/adapter';
import {
  finishing,
  labelled,
  lawOptions,
  outputting,
  running,
  trained,
  withApplied,
  withLayers,
  withModel,
  withPort,
  withWeights,
  type Options,
} from './changed-ports.js';
import { memoryModel, memoryPort, writer } from './memory-port.js';

type Variables = ReadonlyMap<string, Float32Array>;

/** A port that numbers its weights in the order in which they come. */
function inOrder(): Options {
  return withPort((port) => ({
    write(outcome) {
      const writer = port.write(outcome);
      const ids: string[] = [];
      return {
        add: (id, tensor) => (ids.push(id), writer.add(id, tensor)),
        async finish() {
          const applied = await writer.finish();
          const reason = (id: string) => `number ${ids.indexOf(id)}`;
          return {
            ...applied,
            storage: applied.storage.map((note) => ({ ...note, reason: reason(note.id) })),
          };
        },
      };
    },
  }));
}

/** A port that hands out the very array that it holds. */
function sharing(): Options {
  return lawOptions(() => {
    const arrays = new Map<string, Float32Array>();
    const port = memoryPort(memoryModel());
    const shared = (weight: WeightDescriptor) => {
      const values = arrays.get(weight.id) ?? (weight.read() as Float32Array);
      arrays.set(weight.id, values);
      return { ...weight, read: () => values };
    };
    const layers = port.layers() as readonly LayerDescriptor[];
    return {
      ...port,
      layers: () => layers.map((layer) => ({ ...layer, weights: layer.weights.map(shared) })),
    };
  });
}

/** A port that writes into the model that it was given. */
function destructive(): Options {
  return withModel((model, port) => ({
    write: finishing(port, () => {
      Object.assign(model, { first: model['first']?.map((value) => value / 2) });
      return {};
    }),
  }));
}

function firstNote(storage: readonly StorageNote[], change: Partial<StorageNote>): StorageNote[] {
  return storage.map((note, i) => (i === 0 ? { ...note, ...change } : note));
}

/** A port whose runs change the model. */
function keepingValues(): Options {
  return withModel((model, port) => ({
    run(batches, options) {
      for (const [id, values] of options?.replace ?? [])
        if (id in model) Object.assign(model, { [id]: [...values] });
      return port.run!(batches, options);
    },
  }));
}

let calls = 0;

/** For each law a port that breaks this one and no other. */
export const brokenPorts: Readonly<Record<string, Options>> = {
  'declares its name and what it can store': withPort(() => ({ name: '' })),
  'has layers and weights with unique ids': withLayers((layers) =>
    layers.map((layer) => ({ ...layer, id: 'layer-first' })),
  ),
  'has layers in order, with operators, costs and sites that make sense': withLayers((layers) =>
    layers.map((layer) => ({ ...layer, macs: -1 })),
  ),
  'describes the model the same way each time': withLayers((layers) =>
    layers.map((layer, depth) => ({ ...layer, depth: depth + calls++ })),
  ),
  'has shapes that agree with the values': withWeights(({ id }) =>
    id === 'first' ? { storedBytes: 0 } : {},
  ),
  'has axes inside the shape': withWeights(({ id }) => (id === 'second' ? { inputAxis: 2 } : {})),
  'gives values that the caller may keep and change': sharing(),
  'leaves the original as it was': destructive(),
  'writes the same for the same plan': lawOptions(() => {
    const port = memoryPort(memoryModel());
    const after = 100 + calls++;
    return {
      ...port,
      write: finishing(port, ({ modelBytes }) => ({ modelBytes: { ...modelBytes, after } })),
    };
  }),
  'writes the same in whatever order weights come': inOrder(),
  'notes how each quantized weight is stored': withApplied(({ storage }) => ({
    storage: firstNote(storage, { form: '' }),
  })),
  'tells the size of the whole model': withApplied(() => ({ modelBytes: { before: 0, after: 100 } })),
  'changes nothing when the plan leaves all weights float': withApplied(({ model, storage }) =>
    storage.length > 0 ? {} : { model: { ...model, second: Array<number>(15).fill(0) } },
  ),
  'writes the values that the codes stand for': withApplied(({ model, storage }) =>
    storage.length === 0 ? {} : { model: { ...model, first: model['first']!.toReversed() } },
  ),
  'leaves a weight that is not finite as it is, or is told by a typed error of it': {
    ...lawOptions(() => memoryPort(memoryModel())),
    makeNonFinite: () => ({
      ...memoryPort(memoryModel(NaN)),
      layers() {
        throw new TypeError('NaN found');
      },
    }),
  },
  'takes each weight of the plan once, as it was planned, and no other': withPort(() => ({
    write: () => writer(memoryModel()),
  })),
  'tells what a weight costs, never less than is written, and no more than it may': withPort((port) => ({
    cost(weight, entry) {
      const { storedBytes, ...rest } = port.cost!(weight, entry) as StorageCost;
      return { ...rest, storedBytes: storedBytes - 1 };
    },
  })),
  'takes its own form from a plan, and no other': withPort((port) => ({ inForm: () => port })),
  'runs batch by batch, and gives values that the caller may keep': outputting((outputs) =>
    Object.fromEntries(Object.entries(outputs).map(([name, one]) => [name, { ...one, shape: [1] }])),
  ),
  'runs with the values that replace those of a weight, and with its own after that': keepingValues(),
  'gives the tensors that are wanted beside the outputs': running((options) =>
    options?.want?.[0] === 'x' ? {} : options,
  ),
  'runs what it wrote': withPort((port) => ({
    write: finishing(port, () => ({ run: (batches, options) => port.run!(batches, options) })),
  })),
  'is told by a typed error which weights and tensors it does not have': running((options) =>
    options?.want?.[0] === 'x' ? options : { ...options, want: [] },
  ),
  'observes what runs through its sites': withPort((port) => ({
    async observe(batches, options) {
      const { sites, ...rest } = await port.observe!(batches, options);
      const wider = Object.entries(sites).map(([id, seen]) => [id, { ...seen, max: seen.max + 1 }] as const);
      return { ...rest, sites: Object.fromEntries(wider) };
    },
  })),
  'gives a row of features for each sample': withPort((port) => ({
    async features(batches) {
      const features = await port.features!(batches);
      return { ...features, labels: Array.from(features.labels).toReversed().slice(1) };
    },
  })),
  'tells of a batch without labels among those that features are measured on': withPort((port) => ({
    features: async (batches) => port.features!(await labelled(batches)),
  })),
  'tells what became of the activations that it was to quantize': withApplied(() => ({
    activations: [{ id: 'first/input', form: 'float', float: true, reason: '' }],
  })),
  'tells the inputs of weights, so that changes that these do not see change nothing': withPort((port) => ({
    async observeInputs(batches, options) {
      const turned = Array.from(batches as readonly Batch[], ({ inputs: { x }, ...rest }) => ({
        ...rest,
        inputs: { x: { ...x!, data: Array.from(x!.data).toReversed() } },
      }));
      return port.observeInputs!(turned, options);
    },
  })),
  'gives copies of its variables, and takes them back': trained((port) => ({
    variables: () =>
      new Map([...(port.variables() as Variables)].map(([id, values]) => [id, values.map((x) => x + 1)])),
  })),
  'holds values against training': trained((port) => ({
    hold: (id, held) => port.hold(id, { ...held, mask: held.mask.map((one, i) => (i === 0 ? 0 : one)) }),
  })),
  'computes with the quantized values of simulated weights': trained((port) => ({
    simulate: (weights) => (weights.length === 0 ? undefined : port.simulate(weights)),
  })),
  'computes with quantized activations where they are substituted': trained(() => ({
    substitute: () => undefined,
  })),
  'measures its loss with the values that replace those of a weight': trained((port) => ({
    loss: (batches) => port.loss!(batches, new Map()),
  })),
  'measures its loss by labels of any form, and tells of a batch without': trained((port) => ({
    loss: async (batches, replaced) => port.loss!(await labelled(batches), replaced),
  })),
  'takes everything out when it is released': trained(() => ({ release: () => undefined })),
};
