import type { Rounder } from '@lowbit/core';
import { levelsOf, pluginApi } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { sameNumbers, show } from '../show.js';
import {
  nearestCodes,
  ownProblem,
  type SampleInputs,
  sampleProblems,
  type SampleProblem,
  valuesOf,
} from './sample-problem.js';

/**
 * The laws that every rounder keeps, tried on small weights with levels of all kinds.
 *
 * @example
 * for (const law of rounderLaws(gptq())) test(law.title, law.run);
 */
export function rounderLaws(given: Rounder): readonly Law[] {
  // What is wrong with the declaration is told by one law; the others look at what it chooses.
  const needs = Array.isArray(given.needs) ? given.needs : [];
  const rounder: Rounder = {
    ...given,
    kind: 'rounder',
    api: pluginApi,
    name: given.name || 'rounder',
    needs,
  };
  const each =
    (check: (problem: SampleProblem, rounder: Rounder) => void, inputs: SampleInputs = 'ordinary') =>
    () =>
      sampleProblems(rounder, inputs).forEach((problem) => check(problem, rounder));
  return [
    { title: 'declares its kind, api, name and needs', run: () => checkDeclaration(given) },
    { title: 'gives one code of a level for each value', run: each(checkCodes) },
    { title: 'takes inputs that were always 0', run: each(checkCodes, 'dead') },
    { title: 'takes fewer rows of inputs than there are inputs', run: each(checkCodes, 'few rows') },
    { title: 'takes a single channel of one input', run: each(checkCodes, 'one input') },
    { title: 'gives the same codes for the same input', run: each(checkRepeatable) },
    { title: 'does not change what it is given', run: each(checkUnchanged) },
    { title: 'keeps the levels of a channel whose values all are levels', run: each(checkLevelsKept) },
  ];
}

function checkDeclaration({ kind, api, name, needs }: Rounder): void {
  must(kind === 'rounder', () => `kind is ${show(kind)}, not 'rounder'`);
  must(api === pluginApi, () => `api is ${show(api)}, not ${pluginApi}`);
  must(typeof name === 'string' && name.length > 0, () => `name ${show(name)} is empty`);
  const isKnown = Array.isArray(needs) && needs.every((need) => need === 'gram' || need === 'inputMean');
  must(isKnown, () => `needs is ${show(needs)}, not a list of 'gram' and 'inputMean'`);
}

/** What it chooses; the sample is not touched. */
function codesOf(rounder: Rounder, problem: SampleProblem): ReturnType<Rounder['round']> {
  const { values, scheme, context } = ownProblem(problem);
  return rounder.round(values, scheme, context);
}

function checkCodes(problem: SampleProblem, rounder: Rounder): void {
  const codes = codesOf(rounder, problem);
  const isList = codes instanceof Uint8Array || codes instanceof Uint16Array;
  must(isList, () => `${problem.name}: it gives ${show(codes)}, not a Uint8Array or Uint16Array`);
  const count = problem.values.length;
  must(codes.length === count, () => `${problem.name}: ${codes.length} codes for ${count} values`);
  const levels = levelsOf(problem.scheme);
  const stranger = codes.findIndex((code) => code >= levels);
  must(stranger < 0, () => `${problem.name}: code ${stranger} is ${codes[stranger]}, of ${levels} levels`);
}

function checkRepeatable(problem: SampleProblem, rounder: Rounder): void {
  const found = difference(Array.from(codesOf(rounder, problem)), Array.from(codesOf(rounder, problem)));
  must(found === undefined, () => `${problem.name}: ${found}`);
}

function checkUnchanged(problem: SampleProblem, rounder: Rounder): void {
  const own = ownProblem(problem);
  rounder.round(own.values, own.scheme, own.context);
  const plain = ({ values, scheme, context }: SampleProblem) => {
    const { layout, nearest, gram, heldOutGram, inputMean, options } = context;
    return { values, scheme, layout, nearest, gram, heldOutGram, inputMean, options };
  };
  const found = difference(plain(problem), plain(own));
  must(found === undefined, () => `${problem.name}: ${found}`);
}

/** The values of the first channel are levels; of another kind of rounding nothing could be gained there. */
function checkLevelsKept(problem: SampleProblem, rounder: Rounder): void {
  const { inputs, slices } = problem.context.layout;
  const levels = valuesOf(problem.context.nearest, problem).slice(0, inputs);
  const values = Float32Array.from(problem.values, (value, i) => levels[i] ?? value);
  const nearest = nearestCodes(values, slices, problem.scheme);
  const own = { ...problem, values, context: { ...problem.context, nearest } };
  const kept = valuesOf(codesOf(rounder, own), own).slice(0, inputs);
  must(sameNumbers(kept, levels), () => `${problem.name}: ${show(levels)} become ${show(kept)}`);
}
