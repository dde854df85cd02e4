/**
 * Parts of a model that are computed one after the other: what has been computed for good is kept of each batch as long as something
 * later takes it.
 */
import { stopIfAborted } from '@lowbit/core/adapter';
import type { CancelSignal } from '@lowbit/core';
import { usedInside } from '../../graph/names.js';
import type { OnnxModel } from '../../model/model.js';
import { writeModel } from '../../model/write-model.js';
import { copyMessage, createValueInfo, type GraphProto, type NodeProto } from '../../schema/proto.js';
import { cancelled } from '../each-batch.js';
import { elementOf } from '../feeds.js';
import { openSession, runSession } from '../open-session.js';
import type { OrtRuntime, OrtTensor } from '../ort.js';

/** Values of one batch, by name. */
export type KeptValues = Map<string, OrtTensor>;

export interface Segments {
  /**
   * Computes values for batch after batch, of what is kept, and shows them.
   *
   * @param opened The model with more outputs of its nodes: as many nodes, in their order.
   * @param isOpen Whether a node still changes, by its number: what hangs on it is not kept.
   */
  compute(
    opened: OnnxModel,
    targets: readonly string[],
    isOpen: (node: number) => boolean,
    show: (values: KeptValues, batch: number) => void,
  ): Promise<void>;
}

/** @param kept Of each batch: at first what it feeds. */
export function segments(
  model: OnnxModel,
  ort: OrtRuntime,
  kept: readonly KeptValues[],
  signal: CancelSignal | undefined,
): Segments {
  const { node: nodes } = model.proto.graph as GraphProto;
  const inputsOf = nodes.map((node) => [...node.input.filter((name) => name !== ''), ...usedInside(node)]);
  const takers = new Map<string, number[]>();
  inputsOf.forEach((names, at) => {
    for (const name of names) takers.set(name, [...(takers.get(name) ?? []), at]);
  });
  const isConstant = constants(model.proto.graph as GraphProto, inputsOf, kept);
  const done = new Set<number>();
  const isNeeded = (name: string) => takers.get(name)?.some((at) => !done.has(at)) === true;
  return {
    async compute(opened, targets, isOpen, show) {
      const graph = opened.proto.graph as GraphProto;
      const makers = new Map(
        graph.node.flatMap(({ output }, at) => output.map((name) => [name, at] as const)),
      );
      const isKept = (name: string) => kept[0]?.has(name) === true;
      const slice = sliceOf(targets, makers, inputsOf, isKept);
      const settled = new Set<number>();
      // Nodes come after those whose outputs they take.
      for (const at of [...slice].sort((one, other) => one - other)) {
        const isSettled = (name: string) => {
          const maker = makers.get(name);
          return (
            maker === undefined || isConstant(name) || isKept(name) || settled.has(maker) || done.has(maker)
          );
        };
        const own = nodes[at] as NodeProto;
        if (!isOpen(at) && !isUnkept(own) && (inputsOf[at] ?? []).every(isSettled)) settled.add(at);
      }
      for (const at of settled) if (!(nodes[at] as NodeProto).output.every(isConstant)) done.add(at);
      const results = [...settled].flatMap((at) => (nodes[at] as NodeProto).output);
      const keep = results.filter((name) => name !== '' && !isConstant(name) && isNeeded(name));
      const wanted = [...new Set([...targets.filter((name) => !isKept(name)), ...keep])];
      const run =
        wanted.length === 0 ? undefined : await openSlice(opened, [...slice], wanted, kept[0]!, ort);
      try {
        for (const [at, values] of kept.entries()) {
          stopIfAborted(signal, model.name, cancelled);
          const given = run === undefined ? {} : await run.compute(values);
          show(new Map([...values, ...Object.entries(given)]), at);
          for (const name of keep) values.set(name, given[name] as OrtTensor);
          for (const [name, tensor] of Object.entries(given)) if (!keep.includes(name)) tensor.dispose?.();
          for (const name of [...values.keys()]) if (!isNeeded(name)) values.delete(name);
        }
      } finally {
        await run?.release();
      }
    },
  };
}

/** Runtimes for JavaScript give tensors alone. */
const isUnkept = ({ opType }: NodeProto): boolean =>
  /Sequence|Optional/.test(opType) &&
  !['SequenceAt', 'ConcatFromSequence', 'SequenceLength'].includes(opType);

/** Says which values hang on nothing that a batch feeds: they are computed again in each part. */
function constants(
  { node, initializer }: GraphProto,
  inputsOf: readonly (readonly string[])[],
  kept: readonly KeptValues[],
): (name: string) => boolean {
  const fed = new Set(kept.flatMap((values) => [...values.keys()]));
  const known = new Set(initializer.map(({ name }) => name).filter((name) => !fed.has(name)));
  node.forEach(({ output }, at) => {
    if ((inputsOf[at] ?? []).every((name) => known.has(name))) for (const name of output) known.add(name);
  });
  return (name) => known.has(name);
}

/** The nodes, by number, that make values of what is kept. */
function sliceOf(
  targets: readonly string[],
  makers: ReadonlyMap<string, number>,
  inputsOf: readonly (readonly string[])[],
  isKept: (name: string) => boolean,
): ReadonlySet<number> {
  const slice = new Set<number>();
  const open = [...targets];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const at = makers.get(name);
    if (at === undefined || isKept(name) || slice.has(at)) continue;
    slice.add(at);
    open.push(...(inputsOf[at] ?? []));
  }
  return slice;
}

async function openSlice(
  opened: OnnxModel,
  slice: readonly number[],
  wanted: readonly string[],
  kept: KeptValues,
  ort: OrtRuntime,
) {
  const graph = opened.proto.graph as GraphProto;
  const node = slice.toSorted((one, other) => one - other).map((at) => graph.node[at] as NodeProto);
  const used = new Set(node.flatMap((one) => [...one.input, ...usedInside(one)]));
  const made = new Set(node.flatMap(({ output }) => output));
  const input = [...kept].flatMap(([name, { type, dims }]) =>
    used.has(name) && !made.has(name)
      ? [
          createValueInfo(
            name,
            elementOf(type),
            dims.map((_, axis) => `${name}.${axis}`),
          ),
        ]
      : [],
  );
  const fed = new Set(input.map(({ name }) => name));
  const part = copyMessage(graph, {
    node,
    input,
    initializer: graph.initializer.filter(({ name }) => used.has(name) && !fed.has(name)),
    sparseInitializer: graph.sparseInitializer.filter(({ values }) => used.has(values?.name ?? '')),
    valueInfo: graph.valueInfo.filter(({ name }) => made.has(name) && !wanted.includes(name)),
    output: wanted.map((name) => createValueInfo(name)),
  });
  const bytes = writeModel({ ...opened, proto: copyMessage(opened.proto, { graph: part }) });
  const session = await openSession(ort, bytes, opened.name);
  return {
    compute: (values: KeptValues) =>
      runSession(
        session,
        Object.fromEntries([...fed].map((name) => [name, values.get(name) as OrtTensor])),
        opened.name,
      ),
    release: () => session.release(),
  };
}
