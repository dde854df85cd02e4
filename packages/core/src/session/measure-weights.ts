import { defined } from '../contract/defined.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { SessionOptions } from '../contract/events.js';
import type { CandidateChoice, MeasuredItem, Measurements } from '../contract/measurements.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import type { BitAssignment, Candidate } from '../contract/policy.js';
import { LowbitError, throwProblems } from '../errors/error.js';
import { candidateKey } from '../policy/candidates.js';
import { matchesGlob, unmatchedGlobs } from '../policy/glob.js';
import { nothingMeasured } from '../policy/known.js';
import { mergeMeasurements } from '../policy/merge-measurements.js';
import { assigned } from '../policy/budget-problem.js';
import { candidateEntries, type Prepared } from '../plan/make-plan.js';
import { sizeOf } from '../scheme/shape.js';
import { judgeAgainst, type Judge, type JudgeSettings } from './judge-outputs.js';
import { type ItemWork, measureItem } from './measure-item.js';
import { pauses } from '../contract/pause.js';

/** What is to be measured of a model. */
export interface MeasureWork {
  readonly prepared: Prepared;
  /** Weights that are float in it are left out. */
  readonly draft: readonly BitAssignment[];
  /** Of these the draft itself is the sole candidate. */
  readonly decided: ReadonlySet<string>;
  readonly candidates: readonly Candidate[];
  readonly together?: readonly (readonly string[])[] | undefined;
  /** Whether candidates count that take no less than wider ones. */
  readonly keepsAll?: boolean;
  /** Candidates that count in any case, by weight. */
  readonly kept?: CandidateChoice | undefined;
  /** Only items with one of these ids. */
  readonly only?: ReadonlySet<string>;
}

/** What measuring goes on with, and who is told. */
export interface MeasureSession extends SessionOptions {
  /** What is known already is not measured again. */
  readonly known?: Measurements | undefined;
  /** Called after each item with all that is known by then. */
  readonly onMeasured?: ((measurements: Measurements) => unknown) | undefined;
}

/** Compares with the original on data; `undefined` without data, and where the port cannot run its model. */
export async function judgeOf<M>(
  port: ModelPort<M>,
  batches: AsyncIterable<Batch> | undefined,
  settings: JudgeSettings,
  { signal }: SessionOptions,
): Promise<Judge | undefined> {
  const run = port.run?.bind(port);
  if (batches === undefined || run === undefined) return undefined;
  return judgeAgainst(run, batches, settings, signal);
}

/**
 * Measures one item after the other, in the order of depth. In memory are the outputs of the original, and up to four times the
 * largest item in float32.
 */
export async function measureWeights<M>(
  port: ModelPort<M>,
  work: MeasureWork,
  judge: Judge | undefined,
  session: MeasureSession,
): Promise<Measurements> {
  return measureItems(port, work.prepared, itemsOf(port, work), judge, session);
}

/** Measures items that are listed already, see {@link itemsOf}. */
export async function measureItems<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  items: readonly ItemWork[],
  judge: Judge | undefined,
  { known = nothingMeasured(port.name), signal, onProgress, onMeasured }: MeasureSession,
): Promise<Measurements> {
  const total = items.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const pause = pauses(signal, 'measure');
  const tell = progressOf(onProgress, total);
  let all = mergeMeasurements([
    known,
    { ...nothingMeasured(port.name), ...defined({ effect: judge?.kind }) },
  ]);
  for (const item of items) {
    const before = all.items.find(({ ids }) => ids.join('\n') === item.ids.join('\n'))?.candidates ?? [];
    const candidates = await measureItem(port, item, before, judge, async () => {
      tell(item.ids[0]);
      await pause();
    });
    const measured: MeasuredItem = { ...placeOf(item, prepared), candidates };
    const found = { ...nothingMeasured(port.name), ...defined({ effect: judge?.kind }), items: [measured] };
    all = mergeMeasurements([all, found]);
    await onMeasured?.(all);
  }
  onProgress?.({ phase: 'measure', done: total, total });
  return all;
}

/** What is to be measured, in items that are decided at once, by depth. */
export function itemsOf<M>(port: ModelPort<M>, work: MeasureWork): readonly ItemWork[] {
  const { prepared, draft, decided, candidates, together, only, keepsAll = false, kept } = work;
  const open = new Map(
    draft.flatMap((entry) => (entry.bits === 'float' ? [] : [[entry.id, entry] as const])),
  );
  const planned = candidates.map((candidate) => ({
    candidate,
    entries: candidate.bits === 'float' ? undefined : candidateEntries(port, prepared, draft, candidate),
  }));
  const asAssigned = (candidate: Candidate, [id]: readonly string[]) =>
    assigned(open.get(id) as BitAssignment, candidate);
  const own = candidateEntriesOfDraft(port, prepared, draft, decided);
  throwProblems(unmatchedGlobs(together?.flat() ?? [], prepared.layers, "option 'together'"));
  const layerOf = (id: string) => prepared.weights.get(id)?.layer.id ?? id;
  const groups = coupled([...open.keys()], layerOf, together).filter(
    (ids) => only === undefined || ids.some((id) => only.has(id)),
  );
  return groups.map((ids) => {
    const fixed = ids.find((id) => decided.has(id));
    const floatBytes = ids.reduce((sum, id) => sum + (prepared.weights.get(id)?.weight.storedBytes ?? 0), 0);
    const wanted =
      fixed === undefined
        ? planned.filter(({ candidate }) => isAbove(candidate, ids, open))
        : [{ candidate: open.get(fixed) as BitAssignment, entries: own }];
    const offered = wanted.flatMap(({ candidate, entries }) => {
      const each = ids.flatMap((id) => entries?.get(id) ?? []);
      return each.length === ids.length || candidate.bits === 'float'
        ? [{ candidate: asAssigned(candidate, ids), entries: each }]
        : [];
    });
    if (offered.length === 0) throw noneOffered(ids[0], wanted);
    return { ids, candidates: offered, floatBytes, keepsAll, kept: kept?.[ids[0]] };
  });
}

function noneOffered(id: string, wanted: readonly { readonly candidate: Candidate }[]): LowbitError {
  const keys = wanted.map(({ candidate }) => candidateKey(candidate));
  return new LowbitError({
    code: 'unsupported-bits',
    where: `weight '${id}'`,
    expected: 'a candidate whose bits its quantizer offers, and that keeps to its floor',
    received: keys.join('; ') || 'none',
    remedy: 'Give other choices, or another quantizer (lowbit methods lists what they offer).',
  });
}

/** What decided weights would be. */
function candidateEntriesOfDraft<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  draft: readonly BitAssignment[],
  decided: ReadonlySet<string>,
) {
  const fixed = draft.filter(({ id, bits }) => decided.has(id) && bits !== 'float');
  const byKey = new Map(fixed.map((entry) => [candidateKey(entry), entry]));
  const found = [...byKey].flatMap(([key, entry]) => {
    const alike = fixed.filter((one) => candidateKey(one) === key);
    return [...candidateEntries(port, prepared, alike, assigned(entry, entry))];
  });
  return new Map(found);
}

/** Whether a candidate keeps the floors of the draft. */
const isAbove = (
  { bits }: Candidate,
  ids: readonly string[],
  open: ReadonlyMap<string, BitAssignment>,
): boolean => bits === 'float' || ids.every((id) => bits >= (open.get(id)?.least ?? 0));

/** Part of the values of a layer's weights that these hold: each is multiplied as often as the others. */
function partOf({ weights }: LayerDescriptor, ids: readonly string[]): number {
  const valuesOf = (some: LayerDescriptor['weights']) =>
    some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const all = valuesOf(weights);
  return all === 0 ? 0 : valuesOf(weights.filter(({ id }) => ids.includes(id))) / all;
}

/** What an item is: where it is in the model, and how large. */
function placeOf({ ids }: ItemWork, { layers, weights }: Prepared) {
  const placed = ids.flatMap((id) => weights.get(id) ?? []);
  const [{ layer }] = placed;
  const uses = layers.filter((one: LayerDescriptor) => one.weights.some(({ id }) => ids.includes(id)));
  const macs = uses.reduce((sum, one) => sum + (one.macs ?? 0) * partOf(one, ids), 0);
  // Nothing is multiplied with the rows of a table.
  const isKnown =
    placed.every(({ weight }) => weight.kernel === 'embedding') ||
    uses.every((one) => one.macs !== undefined);
  const values = placed.reduce((sum, { weight }) => sum + sizeOf(weight.shape), 0);
  return { ids, layer: layer.id, depth: layer.depth, values, ...(isKnown ? { macs } : {}) };
}

/** Tells how far the work is, and by the time it took how long the rest may take. */
function progressOf(onProgress: SessionOptions['onProgress'], total: number): (id: string) => void {
  const start = Date.now();
  let done = 0;
  return (id) => {
    const secondsLeft = done === 0 ? undefined : (((Date.now() - start) / done) * (total - done)) / 1000;
    onProgress?.({ phase: 'measure', done, total, id, ...defined({ secondsLeft }) });
    done++;
  };
}

/** The ids in groups: those that match globs of one list, or whose layer does, are together, in their order; all others are alone. */
function coupled(
  ids: readonly string[],
  layerOf: (id: string) => string,
  together: readonly (readonly string[])[] = [],
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const list = together.findIndex((globs) =>
      globs.some((glob) => matchesGlob(glob, id) || matchesGlob(glob, layerOf(id))),
    );
    const key = list < 0 ? `alone ${id}` : `together ${list}`;
    groups.set(key, [...(groups.get(key) ?? []), id]);
  }
  return [...groups.values()];
}
