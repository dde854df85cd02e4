import { seededRandom, type Quantizer } from '@lowbit/core';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { sameNumbers } from '../show.js';
import { contextOf, fit, usableWidths } from './fit.js';
import { describe } from './parameters.js';
import { soundFit } from './sound-fit.js';

/** Laws on `fit` as a function: it only reads, it repeats itself, it bears what a context may hold. */
export function purityLaws(quantizer: Quantizer): readonly Law[] {
  return [
    { title: 'does not change the values', run: () => checkUnchanged(quantizer) },
    {
      title: 'gives the same parameters for the same values and seed',
      run: () => checkRepeatable(quantizer),
    },
    { title: 'bears importance', run: () => checkContext(quantizer) },
  ];
}

function checkUnchanged(quantizer: Quantizer): void {
  for (const width of usableWidths(quantizer)) {
    const values = ordinaryValues();
    quantizer.fit(values, contextOf(quantizer, width));
    const index = values.findIndex((value, i) => value !== ordinaryValues()[i]);
    must(
      sameNumbers(values, ordinaryValues()),
      () =>
        `${describe(width)}: values[${index}] was ${ordinaryValues()[index]} and is ${values[index]} after fit`,
    );
  }
}

function checkRepeatable(quantizer: Quantizer): void {
  for (const width of usableWidths(quantizer)) {
    const again = () => fit(quantizer, ordinaryValues(), width, { random: seededRandom(1) });
    const found = difference(again(), again());
    must(found === undefined, () => `${describe(width)}: ${found}`);
  }
}

function checkContext(quantizer: Quantizer): void {
  const values = ordinaryValues();
  const importance = values.map((_, i) => i % 3);
  for (const width of usableWidths(quantizer)) {
    soundFit(quantizer, values, width, 'with importance', { importance });
  }
}
