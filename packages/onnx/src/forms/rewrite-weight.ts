import { decode, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import { type BiasNote, roundToFloat16 } from '@lowbit/core/adapter';
import { correctBias } from '../biases/correct-bias.js';
import type { WeightSite } from '../describe/weight-site.js';
import { makeTensor } from '../graph/make-tensor.js';
import { type ModelEditor, usesRuntimeDomain } from '../graph/model-editor.js';
import type { GraphParts } from '../graph/stored-bytes.js';
import { readFloats, tensorBytes } from '../model/tensor-data.js';
import { DataType } from '../schema/proto.js';
import type { Optimize, Target } from '../target/target.js';
import { lowerWeight } from './lower-weight.js';
import type { SharedConstants } from './shared-constants.js';

/** Where the parts of one weight go. */
interface WeightPlace {
  readonly editor: ModelEditor;
  /** What all of its names begin with. */
  readonly prefix: string;
  /** The small constants of its graph. */
  readonly shared: SharedConstants;
  /** Told the types of its constants. */
  readonly types: Set<DataType>;
  readonly bias?: BiasWork | undefined;
}

/** What the bias beside a weight takes off. */
export interface BiasWork {
  readonly shift: Float32Array;
  /** Where it has done so already. */
  readonly note?: BiasNote;
}

/** Puts one weight into the model in the form that is chosen for it, unless it would not become smaller. */
export function rewriteWeight(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  optimize: Optimize,
  { editor, prefix, shared, types, bias }: WeightPlace,
): StorageNote {
  const { id, source } = site;
  const graph = editor.graph(source.graph);
  const place = { prefix, shared, placed: graph.placed };
  const first = lowerWeight(site, tensor, target, optimize, place);
  const { removed, before, bytes } = first;
  if (bytes >= before) {
    if (bias?.note !== undefined)
      correctBias(
        editor,
        site,
        bias.shift.map((one) => -one),
      );
    return leftFloat(site, bytes, before);
  }
  const corrected = bias && (bias.note ?? correctBias(editor, site, bias.shift));
  // What stands in the place of its users is made of them as they are now.
  const isAnew = corrected !== undefined && first.others.size > 0;
  const lowered = isAnew ? lowerWeight(site, tensor, target, optimize, place) : first;
  const { added, news, form, valueBytes, memoryBytes, reason, others, stored, type } = lowered;
  shared.keep(news);
  graph.replaceConstant(source, added, news);
  for (const [user, by] of others) graph.replace(user, by);
  for (const one of site.unread ?? []) editor.graph(one.graph).dropConstant(one.tensor);
  added.constants.forEach(({ dataType }) => types.add(dataType));
  if (usesRuntimeDomain([...added.nodes, ...[...others.values()].flat()]))
    editor.importRuntimeDomain(source.graph);
  const written = writtenValues(stored ?? tensor, type ?? source.tensor.dataType);
  const why = `${reason}${sideEffects(site, removed)}`;
  const note = { id, form, storedBytes: bytes, valueBytes, memoryBytes, reason: why, ...written };
  return corrected === undefined ? note : { ...note, bias: corrected };
}

/** What became of other things of the file, for the report. */
function sideEffects({ unread }: WeightSite, { input = [] }: GraphParts): string {
  const hidden = input.length > 0 ? '; no longer a graph input, so that it can be computed' : '';
  return unread === undefined
    ? hidden
    : `${hidden}; constants of that name in branches are gone: nothing reads them`;
}

function leftFloat({ id, source }: WeightSite, quantized: number, before: number): StorageNote {
  const reason = `left as it was: its quantized form would take ${quantized} bytes in the file instead of ${before}`;
  return {
    id,
    form: 'float',
    float: true,
    storedBytes: before,
    memoryBytes: tensorBytes(source.tensor, id),
    reason,
  };
}

/** The values that a file has where it turns decoded ones into a type of 16 bits; absent where those stay as they are. */
function writtenValues(tensor: QuantizedTensor, type: DataType): Pick<StorageNote, 'written'> {
  if (type === DataType.FLOAT16) return { written: () => decode(tensor).map(roundToFloat16) };
  if (type === DataType.BFLOAT16)
    return {
      written: () => readFloats(makeTensor('', type, tensor.shape, decode(tensor)), 'decoded values'),
    };
  return {};
}
