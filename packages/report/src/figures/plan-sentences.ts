import type { QuantizationPlan } from '@lowbit/core';

import { checkPlan } from '../check-given.js';
import { editOf } from './decisions.js';

/** What a plan does to one weight, to one place of activations, or to the bias of one layer. */
export interface PlanSentence {
  /** Of a bias that of its layer. */
  readonly id: string;
  /** Absent for activations. */
  readonly layer?: string;
  /** Absent for biases. */
  readonly bits?: number | 'float';
  readonly sentence: string;
}

type Entry = QuantizationPlan['weights'][number];
type Quantized = Exclude<Entry, { readonly bits: 'float' }>;
type Bias = NonNullable<QuantizationPlan['biases']>[number];
type Site = NonNullable<QuantizationPlan['activations']>[number];

/** A plan in words: a sentence for each weight, in the order of the layers, for each place of activations, and for each layer whose bias is corrected. */
export function planSentences(plan: QuantizationPlan): readonly PlanSentence[] {
  checkPlan(plan, 'planSentences');
  const decided: Partial<NonNullable<QuantizationPlan['decided']>> = plan.decided ?? {};
  const weights = plan.weights.map((entry) => {
    const { id, layer, bits } = entry;
    return {
      id,
      layer,
      bits,
      sentence: `${nameOf(entry)} ${doneTo(entry)}: ${reasonOf(entry, decided.weights?.[id])}.`,
    };
  });
  const sites = (plan.activations ?? []).map((site) => {
    const { id, bits } = site;
    return {
      id,
      bits,
      sentence: `The activations ${id} get ${bitWords(bits)}${byMethod(site)}: ${reasonOf(site, decided.activations?.[id])}.`,
    };
  });
  const biases = (plan.biases ?? []).map((bias) => ({
    id: bias.layer,
    layer: bias.layer,
    sentence: `The bias of ${bias.layer} takes off what quantized weights add on average: ${givenReason(bias)}.`,
  }));
  return [...weights, ...sites, ...biases];
}

/** Of a layer with one weight that is called after it, the name of the weight says all. */
const nameOf = ({ id, layer }: Entry): string => (id.startsWith(layer) ? id : `${layer}: ${id}`);

function doneTo(entry: Entry): string {
  if (entry.bits === 'float') return 'stays float';
  const { granularity, parameterStorage, rounding } = entry;
  const parts = [
    `gets ${bitWords(entry.bits)}${byMethod(entry)}`,
    scopeWords(granularity),
    ...storageWords(parameterStorage),
    ...(rounding === undefined ? [] : [`codes chosen by ${rounding.name}`]),
  ];
  return parts.join(', ');
}

const bitWords = (bits: number): string => (bits === 1 ? '1 bit' : `${bits} bits`);

function byMethod({ quantizer: { name, options } }: Pick<Site, 'quantizer'>): string {
  const chosen = Object.entries(options).map(([option, value]) => `${option} ${value}`);
  return ` by ${name}${chosen.length === 0 ? '' : ` (${chosen.join(', ')})`}`;
}

function scopeWords(granularity: Quantized['granularity']): string {
  if (granularity === 'tensor') return 'one scale for all';
  if (granularity === 'channel') return 'a scale for each channel';
  return `a scale for each ${granularity.replace('group:', '')} values`;
}

function storageWords(storage: Quantized['parameterStorage']): readonly string[] {
  if (storage === 'float32') return [];
  return typeof storage === 'string'
    ? [`held in ${storage}`]
    : [`held in ${storage.bits} bits with one float16 for each 16`];
}

/** What was changed by hand, else the reason; where that names other bits in a plan that remembers none, it was edited too. */
function reasonOf(entry: Entry | Site, decision: string | undefined): string {
  const edit = editOf(entry, decision);
  if (edit !== undefined) return edit;
  const text = givenReason(entry);
  const told = /^(\d+) bits (?:everywhere|by default)/.exec(text)?.[1];
  const isOther = told !== undefined && told !== String(entry.bits);
  return isOther ? `edited, since its reason is "${text}"` : text;
}

function givenReason({ reason }: Pick<Bias, 'reason'>): string {
  const text = reason.trim().replace(/\.$/, '');
  return text === '' ? 'the plan gives no reason' : text;
}
