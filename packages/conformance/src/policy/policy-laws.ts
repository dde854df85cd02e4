import type { BitAssignment, BitwidthPolicy, LayerDescriptor } from '@lowbit/core';
import { assignBits, isGranularity, optionsOf, pluginApi } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import { sampleDraft, sampleFeatures, sampleLayers, sampleMeasurements } from './sample-model.js';

/** What the policy is tried on; default: a made-up network of six layers. */
export interface PolicyLawOptions {
  readonly layers?: readonly LayerDescriptor[];
  readonly draft?: readonly BitAssignment[];
}

/** The laws that every bit policy keeps. */
export function policyLaws(given: BitwidthPolicy, options: PolicyLawOptions = {}): readonly Law[] {
  // What is wrong with the declaration is told by one law; the others look at what it decides.
  const policy: BitwidthPolicy = { ...given, kind: 'policy', api: pluginApi, name: given.name || 'policy' };
  const layers = options.layers ?? sampleLayers();
  const draft = options.draft ?? sampleDraft(layers);
  const known = measuredFor(policy, draft, layers);
  const assign = () => assignBits(policy, copyOf(draft), layers, known);
  return [
    { title: 'declares its kind, api and name', run: () => checkDeclaration(given) },
    { title: 'does not change the draft', run: () => checkUnchanged(policy, draft, layers, known) },
    { title: 'gives the same assignments for the same draft', run: () => checkRepeatable(assign) },
    { title: 'assigns every weight of the draft once', run: () => checkIds(assign(), draft) },
    { title: 'assigns 1 to 16 bits, or float', run: () => assign().forEach(checkBits) },
    { title: 'gives a reason for each assignment', run: () => assign().forEach(checkReason) },
    { title: 'names only quantizers and granularities that exist', run: () => assign().forEach(checkChoice) },
    { title: 'has nothing to say about an empty draft', run: () => checkEmpty(policy) },
    { title: 'declares that it decides by features', run: () => checkNeeds(policy, draft, layers, known) },
    {
      title: 'spends a budget on what is not decided yet',
      run: () => checkDecided(policy, draft, layers, known),
    },
  ];
}

function checkDeclaration({ kind, api, name }: BitwidthPolicy): void {
  must(kind === 'policy', () => `kind is ${show(kind)}, not 'policy'`);
  must(api === pluginApi, () => `api is ${show(api)}, not ${pluginApi}`);
  must(typeof name === 'string' && name.length > 0, () => `name ${show(name)} is empty`);
}

function checkUnchanged(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  known: Known,
): void {
  const given = copyOf(draft);
  // Not by `assignBits`, which hands out copies.
  policy.assign(given, layers, { options: optionsOf(policy, {}), ...known });
  const found = difference(draft, given);
  must(found === undefined, () => `the draft changed: ${found}`);
}

function checkRepeatable(assign: () => readonly BitAssignment[]): void {
  const found = difference(assign(), assign());
  must(found === undefined, () => `${found}`);
}

function checkIds(assigned: readonly BitAssignment[], draft: readonly BitAssignment[]): void {
  for (const { id } of draft) {
    const count = assigned.filter((entry) => entry.id === id).length;
    must(count === 1, () => `weight '${id}' has ${count} assignments`);
  }
  const stranger = assigned.find(({ id }) => !draft.some((entry) => entry.id === id));
  must(stranger === undefined, () => `'${stranger?.id}' is not in the draft`);
}

function checkBits({ id, bits }: BitAssignment): void {
  const valid = bits === 'float' || (Number.isInteger(bits) && bits >= 1 && bits <= 16);
  must(valid, () => `weight '${id}' gets ${show(bits)} bits`);
}

function checkReason({ id, reason }: BitAssignment): void {
  must(
    typeof reason === 'string' && reason.trim() !== '',
    () => `weight '${id}' gets the reason ${show(reason)}`,
  );
}

function checkChoice({ id, quantizer, granularity }: BitAssignment): void {
  const named = typeof quantizer === 'string' ? quantizer !== '' : quantizer?.kind === 'quantizer';
  must(quantizer === undefined || named, () => `weight '${id}' gets the quantizer ${show(quantizer)}`);
  const known = granularity === undefined || isGranularity(granularity);
  must(known, () => `weight '${id}' gets the granularity ${show(granularity)}`);
}

function checkEmpty(policy: BitwidthPolicy): void {
  const assigned = assignBits(policy, [], []);
  must(assigned.length === 0, () => `an empty draft gets ${assigned.length} assignments`);
}

/** With and without features; whoever does not declare that it needs them is not given any that are measured on data. */
function checkNeeds(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  known: Known,
): void {
  const { needs } = policy;
  must(needs === undefined || needs === 'features', () => `needs is ${show(needs)}`);
  if (needs === 'features') return;
  const assign = (settings: Parameters<typeof assignBits>[3]) =>
    assignBits(policy, copyOf(draft), layers, { ...known, ...settings });
  const without = assign({});
  // That it does not give the same twice is told by another law.
  if (difference(without, assign({})) !== undefined) return;
  const found = difference(without, assign({ features: sampleFeatures(layers) }));
  must(found === undefined, () => `it needs features and does not say so: with them, ${found}`);
}

/** What was measured for a policy that spends a budget; nothing for others. */
type Known = Pick<NonNullable<Parameters<typeof assignBits>[3]>, 'measurements'>;

function measuredFor(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
): Known {
  const terms = policy.budget?.(optionsOf(policy, {}));
  return terms === undefined ? {} : { measurements: sampleMeasurements(layers, draft, terms.candidates) };
}

/** What rules and other policies have decided is no longer its to decide. */
function checkDecided(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  known: Known,
): void {
  const first = draft.find(({ bits }) => bits !== 'float');
  if (known.measurements === undefined || first === undefined) return;
  const decided = new Set([first.id]);
  const [found] = assignBits(policy, copyOf(draft), layers, { ...known, decided }).filter(
    ({ id }) => id === first.id,
  );
  must(
    found?.bits === first.bits,
    () => `weight '${first.id}' was decided to have ${show(first.bits)} bits, and gets ${show(found?.bits)}`,
  );
}

function copyOf(draft: readonly BitAssignment[]): BitAssignment[] {
  return draft.map((entry) => ({ ...entry }));
}
