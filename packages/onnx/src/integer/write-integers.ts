import type { QuantizedTensor, SpeedForecast, StorageNote } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { SiteNotes } from '../sites/site-notes.js';
import type { DescribedModel, ModelDescription } from '../describe/described-layer.js';
import type { OnnxModel } from '../model/model.js';
import type { GraphProto } from '../schema/proto.js';
import type { BiasWork } from '../forms/rewrite-weight.js';
import { integerModel } from './integer-model.js';
import type { WholeOutcome } from './integer-work.js';
import { withReason } from './with-reason.js';
import type { IntegerWish } from './integer-wish.js';

/** A model after its integer layers were written. */
export interface WrittenIntegers {
  readonly model: OnnxModel;
  readonly forecast?: SpeedForecast;
  /** Of the model, without the weights that integer operators take. */
  readonly description: ModelDescription;
  /** Weights that no integer operator takes. */
  readonly rest: ReadonlyMap<string, QuantizedTensor>;
  /** What the biases of the rest take off, and where they have done so already. */
  readonly biases: ReadonlyMap<string, BiasWork>;
  /** The notes on all weights, once the rest is written: how each is stored, and why it is computed with in floats. */
  notes(rest: readonly StorageNote[]): StorageNote[];
}

/**
 * Writes the integer layers of a model, in place.
 *
 * @param sites Told what becomes of each.
 */
export function writeIntegers(
  read: DescribedModel,
  outcome: WholeOutcome,
  wish: IntegerWish,
  sites: SiteNotes,
): WrittenIntegers {
  const { model, changed, storage, biases, reasons, forecast } = integerModel(read, outcome, wish, sites);
  const done = new Set(storage.map(({ id }) => id));
  return {
    model,
    description: changed ? descriptionOfRest(read, done, model) : read.description,
    ...defined({ forecast }),
    rest: new Map([...outcome.weights].filter(([id]) => !done.has(id))),
    biases: new Map(
      [...outcome.shifts].map(([id, shift]) => [id, { shift, ...defined({ note: biases.get(id) }) }]),
    ),
    notes: (rest) => [
      ...storage.map((note) => withReason(note, wholeScales(outcome.weights.get(note.id)))),
      ...rest.map((note) => withReason(note, reasons.get(note.id))),
    ],
  };
}

/**
 * The writing of integer layers leaves other nodes and their weights in place, and the main graph in order, all graphs where
 * the opset was raised.
 */
function descriptionOfRest(
  { model: before, description: { layers, sites, order } }: DescribedModel,
  done: ReadonlySet<string>,
  { proto, opset }: OnnxModel,
): ModelDescription {
  const main = proto.graph as GraphProto;
  const isWritten = (graph: GraphProto) => graph === main || opset !== before.opset;
  return {
    layers: layers.filter(({ weights }) => !weights.some(({ id }) => done.has(id))),
    sites: sites.filter(({ id }) => !done.has(id)),
    order: new Map([...order].map(([graph, nodes]) => [graph, isWritten(graph) ? graph.node : nodes])),
  };
}

/** What is said where scales were to be stored in fewer bytes: integer operators take float32 ones alone. */
function wholeScales(tensor: QuantizedTensor | undefined): string | undefined {
  return tensor === undefined || tensor.parameterStorage === 'float32'
    ? undefined
    : 'its scales are stored as float32, which integer operators take alone';
}
