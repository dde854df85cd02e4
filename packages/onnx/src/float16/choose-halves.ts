import { type Definition, isStandard, resolve, type Scope } from '../graph/scope.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { operatorOf } from '../operators/operators.js';
import { type HalfConstant, valuesOf } from './half-constant.js';
import { type OperatorTraits, traitsOf } from './operator-traits.js';
import { type Magnitudes, valueKey } from './measure-magnitudes.js';
import type { PlacedNode, TypedNodes } from './value-types.js';

/** Which nodes compute in float16. */
export interface HalfChoice {
  isHalf(node: NodeProto): boolean;
  /** Why nodes that compute with floats stay float32, those left out that only follow their neighbours. */
  readonly reasons: ReadonlyMap<NodeProto, string>;
  /** Whether an input or output of a graph is float16. */
  isGivenHalf(value: Definition): boolean;
}

/** What is known of a model whose nodes are chosen. */
export interface HalfFacts {
  readonly typed: TypedNodes;
  /** Its FLOAT constants. */
  readonly constants: ReadonlyMap<Definition, HalfConstant>;
  /** Nodes whose results a logarithm takes. */
  readonly fine: ReadonlySet<NodeProto>;
  /** Whether inputs and outputs of the model become float16. */
  readonly isInterface: boolean;
  /** Why the user wants a node to stay float32. */
  kept(node: NodeProto): string | undefined;
  /** How far values go, where there were data to see it on. */
  readonly seen?: SeenRange;
}

/** What data showed of a model's values. */
export interface SeenRange {
  readonly magnitudes: Magnitudes;
  /** The largest magnitude that float16 is taken for. */
  readonly limit: number;
}

/** Before neighbours are looked at. */
type Draft =
  { readonly kind: 'half' | 'follows' } | { readonly kind: 'full'; readonly reason?: string | undefined };

/**
 * Chooses by what operators do. Squares, long sums, norms, exponentials and what they are made of stay float32; so does what takes values
 * that may be beyond the range of float16, up to an operator that bounds them again. Where data were seen, they tell which values are.
 */
export function chooseHalves(facts: HalfFacts): HalfChoice {
  const { typed } = facts;
  const wide = wideInputs(facts);
  let drafts = draftAll(facts, wide);
  // What calls give may be wide for a function that was looked at before.
  for (let before = -1; before < wide.size && typed.nodes.some(({ node }) => typed.called(node));) {
    before = wide.size;
    drafts = draftAll(facts, wide);
  }
  const isGivenHalf = givenHalves(facts, wide);
  const [main] = typed.scopes as [Scope];
  const given = [...main.definitions.values()].filter(isGivenHalf);
  const wanted = wantedHalves(typed, drafts, given);
  const halves = new Set<NodeProto>();
  const made = new Set(given.filter(({ kind }) => kind === 'input'));
  for (const { node, inputs, outputs } of typed.nodes) {
    const { kind } = drafts.get(node) as Draft;
    const wants = outputs.some((value) => isAmong(wanted, value));
    const comes = inputs.some((value) => isAmong(made, value));
    const follows = kind === 'follows' && (wants || (!isCast(node) && comes));
    if (kind !== 'half' && !follows) continue;
    halves.add(node);
    for (const value of outputs)
      if (value !== undefined && typed.type(value) === DataType.FLOAT) made.add(value);
  }
  const reasons = new Map(
    [...drafts].flatMap(([node, draft]) =>
      draft.kind === 'full' && draft.reason !== undefined ? [[node, draft.reason] as const] : [],
    ),
  );
  return { isHalf: (node) => halves.has(node), reasons, isGivenHalf };
}

/** Inputs and outputs of the main graph that are wanted in float16 and in its range. */
function givenHalves({ typed, constants, isInterface }: HalfFacts, wide: ReadonlySet<Definition>) {
  const [main] = typed.scopes as [Scope];
  return (value: Definition): boolean =>
    isInterface &&
    value.scope === main &&
    (value.kind === 'input' || main.outputs.has(value.name)) &&
    typed.type(value) === DataType.FLOAT &&
    !constants.has(value) &&
    !wide.has(value);
}

/** What becomes of all nodes; values that may be beyond the range are added to those that are known. */
function draftAll(facts: HalfFacts, wide: Set<Definition>): ReadonlyMap<NodeProto, Draft> {
  const drafts = new Map<NodeProto, Draft>();
  for (const placed of facts.typed.nodes) {
    const { draft, isWide } = draftOf(placed, facts, wide);
    drafts.set(placed.node, draft);
    for (const value of placed.outputs)
      if (value !== undefined && (isBeyond(value, facts) ?? isWide)) wide.add(value);
    const called = facts.typed.called(placed.node)?.scope;
    called?.graph.input.forEach(({ name }, at) => {
      const inner = called.definitions.get(name);
      if (inner !== undefined && isAmong(wide, placed.inputs[at])) wide.add(inner);
    });
  }
  return drafts;
}

/** Whether data showed a value beyond the range; `undefined` where they did not reach it. */
function isBeyond(value: Definition, { seen }: HalfFacts): boolean | undefined {
  const most = seen?.magnitudes.get(valueKey(value));
  return most === undefined ? undefined : most > (seen as SeenRange).limit;
}

function wideInputs(facts: HalfFacts): Set<Definition> {
  const given = facts.typed.scopes.flatMap(({ definitions }) => [...definitions.values()]);
  return new Set(given.filter((value) => value.kind === 'input' && isBeyond(value, facts) === true));
}

const isCast = (node: NodeProto): boolean => isStandard(node, 'Cast');

/** Values that float16 nodes take, at once or through nodes that follow. */
function wantedHalves(
  { nodes }: TypedNodes,
  drafts: ReadonlyMap<NodeProto, Draft>,
  given: readonly Definition[],
): ReadonlySet<Definition> {
  const wanted = new Set(given);
  for (const { node, inputs, outputs } of [...nodes].reverse()) {
    const { kind } = drafts.get(node) as Draft;
    const wants =
      kind === 'half' || (kind === 'follows' && outputs.some((value) => value && wanted.has(value)));
    if (!wants) continue;
    for (const value of inputs) if (value !== undefined) wanted.add(value);
  }
  return wanted;
}

interface Drafted {
  readonly draft: Draft;
  /** Its results may be beyond the range of float16. */
  readonly isWide: boolean;
}

const full = (reason: string | undefined, isWide = false): Drafted => ({
  draft: { kind: 'full', reason },
  isWide,
});

function draftOf(placed: PlacedNode, facts: HalfFacts, wide: ReadonlySet<Definition>): Drafted {
  const { node, inputs, outputs, scope } = placed;
  const { typed, kept, fine } = facts;
  const isFloat = (value: Definition | undefined) =>
    value !== undefined && typed.type(value) === DataType.FLOAT;
  if (!inputs.some(isFloat) && !outputs.some(isFloat)) return full(undefined);
  if (subgraphsOf(node).length > 0 || typed.called(node) !== undefined)
    return full(undefined, givesWide(node, facts, wide));
  if (isStandard(node, 'Constant')) return full(undefined);
  const around = typed.functionOf(scope);
  if (around?.isAlike === false)
    return full('it stands in a function that is called with values of several types');
  if (around?.calls.some((call) => kept(call.node) !== undefined))
    return full('asked for, with its function');
  if (isInLoop(scope, typed))
    return full('it is in the body of a loop, whose values may grow from step to step');
  if (isCast(node)) return castDraft(placed, facts, wide);
  const comesWide = inputs.some((value) => isAmong(wide, value));
  const traits = traitsOf(node);
  if (traits === undefined) return full(`${node.opType} has no float16 form here`, comesWide);
  const isWide = comesWide && !traits.bounds;
  const asked = kept(node);
  if (asked !== undefined) return full(asked, isWide);
  if (isSmallLayer(placed, facts))
    return full('its constants are so small that float16 would save nothing', isWide);
  const unfit = unfitConstant(placed, traits, facts);
  if (unfit !== undefined) return full(unfit.reason, (isWide || unfit.isWide) && !traits.bounds);
  if (comesWide) return full('it takes values that may be beyond the range of float16', isWide);
  const far = outputs.find((value) => value !== undefined && isBeyond(value, facts) === true);
  if (far !== undefined) return full(farReason(far, facts), true);
  if (inputs.some((value) => value !== undefined && typed.type(value) === undefined))
    return full('the file does not tell the type of what it takes');
  if (fine.has(node)) return full('a logarithm takes what it gives, to which small values matter');
  return byTraits(placed, traits, facts);
}

function farReason(value: Definition, { seen }: HalfFacts): string {
  const most = seen?.magnitudes.get(valueKey(value)) as number;
  return `its results reach ${most.toPrecision(3)} on the data, and float16 is taken up to ${seen?.limit ?? 0}`;
}

/** Whether a node that holds graphs may give values beyond the range: those of loops grow, those of branches are what they are inside. */
function givesWide(node: NodeProto, { typed }: HalfFacts, wide: ReadonlySet<Definition>): boolean {
  const called = typed.called(node)?.scope.graph;
  if (called === undefined && node.opType !== 'If') return true;
  const bodies = new Set(called === undefined ? subgraphsOf(node).map(({ graph }) => graph) : [called]);
  return typed.scopes
    .filter(({ graph }) => bodies.has(graph))
    .some((scope) => scope.graph.output.some(({ name }) => isAmong(wide, resolve(scope, name))));
}

const isAmong = (values: ReadonlySet<Definition>, value: Definition | undefined): boolean =>
  value !== undefined && values.has(value);

function byTraits(placed: PlacedNode, traits: OperatorTraits, { constants }: HalfFacts): Drafted {
  const { node } = placed;
  const isSquare = isStandard(node, 'Mul') && placed.inputs[0] === placed.inputs[1];
  if (isSquare || traits.trait === 'wide')
    return full(`${isSquare ? 'a square' : node.opType} may leave the range of float16`, true);
  if (traits.trait === 'inner')
    return full(`${node.opType} computes with values inside that float16 does not hold`);
  const divisor = placed.inputs[1];
  if (isStandard(node, 'Div') && divisor !== undefined && !constants.has(divisor))
    return full('a quotient whose divisor may be small');
  return { draft: { kind: traits.trait === 'exact' ? 'follows' : 'half' }, isWide: false };
}

/** Up to this many numbers a layer stays float32. */
const mostOfSmall = 1024;

/**
 * A layer of few weights: those in front, with few channels, above all. What their weights lose would be an error of the same sign at every
 * position of a plain picture, which costs more than that of all other layers (5 dB on a detector of text), for less than 2 KB.
 */
function isSmallLayer({ node, inputs }: PlacedNode, { constants }: HalfFacts): boolean {
  if (operatorOf(node)?.linear === undefined) return false;
  const held = inputs.flatMap((value) => (value && constants.get(value)) ?? []);
  return held.length > 0 && held.reduce((sum, { tensor }) => sum + valuesOf(tensor), 0) <= mostOfSmall;
}

/** Integers of more than 8 bits may be larger than any float16. */
const short: ReadonlySet<number> = new Set([
  DataType.BOOL,
  DataType.INT8,
  DataType.UINT8,
  DataType.FLOAT,
  DataType.FLOAT16,
]);

function castDraft(
  { inputs, outputs }: PlacedNode,
  { typed }: HalfFacts,
  wide: ReadonlySet<Definition>,
): Drafted {
  const [from, to] = [inputs[0], outputs[0]];
  const comesWide = isAmong(wide, from);
  if (to === undefined || typed.type(to) !== DataType.FLOAT) return full(undefined);
  const isShort = from !== undefined && short.has(typed.type(from) ?? 0);
  return isShort && !comesWide ? { draft: { kind: 'follows' }, isWide: false } : full(undefined, true);
}

function isInLoop(scope: PlacedNode['scope'], typed: TypedNodes): boolean {
  if (/\/body\/$/.test(scope.path)) return true;
  if (scope.parent !== undefined) return isInLoop(scope.parent, typed);
  return typed.functionOf(scope)?.calls.some((call) => isInLoop(call.scope, typed)) ?? false;
}

/** A constant that float16 does not hold, among those that a node takes as floats. */
function unfitConstant({ inputs }: PlacedNode, traits: OperatorTraits, { constants }: HalfFacts) {
  for (const [at, value] of inputs.entries()) {
    const constant = value === undefined || traits.fixed.includes(at) ? undefined : constants.get(value);
    if (constant?.unfit === undefined) continue;
    const isLarge = constant.unfit === 'too large';
    if (constant.unfit === 'too coarse' || (isLarge && traits.limits.includes(at))) continue;
    const name = JSON.stringify(value?.name);
    return isLarge
      ? {
          reason: `${name} holds ${constant.largest.toPrecision(3)}, and float16 ends at 65504`,
          isWide: true,
        }
      : { reason: `${name} holds values too small for float16`, isWide: false };
  }
  return undefined;
}
