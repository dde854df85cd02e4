import type { Recipe } from '@lowbit/core';

/** How weights are rounded, and whether biases are corrected. */
export interface Method {
  readonly name: string;
  readonly recipe: Pick<Recipe, 'rounding' | 'correctBiases'>;
  /** Whether bits are chosen for each layer, at the bytes of one width for all. */
  readonly choosesBits?: true;
}

/** What the others are measured against: nothing looks at data. */
export const nearest: Method = {
  name: 'nearest',
  recipe: { rounding: 'nearest', correctBiases: false },
};

const rounder = (name: string): Method => ({ name, recipe: { rounding: name, correctBiases: false } });

const biases: Method = { name: 'nearest, biases', recipe: { rounding: 'nearest', correctBiases: true } };

/** The default below 8 bits, with data. */
export const all: Method = { name: 'auto, biases', recipe: { rounding: 'auto', correctBiases: true } };

export const chosenBits: Method = { ...all, name: 'auto, biases, bits by layer', choosesBits: true };

/** At 4 bits every rounder alone, at fewer what counts there. */
export const methodsAt = (bits: number): readonly Method[] =>
  bits === 4
    ? [...['gptq', 'coordinate-descent', 'optimal', 'learned', 'auto'].map(rounder), biases, all, chosenBits]
    : [rounder('auto'), biases, all, chosenBits];
