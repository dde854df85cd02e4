import { element } from './element.js';
import { widths } from './weight-methods.js';

/** The chosen width, and a way to offer others. */
export interface BitsField {
  readonly value: number;
  /** Widths that are not offered cannot be chosen; when the chosen one is among them, the nearest is taken. */
  offer(offered: readonly number[]): void;
}

/** One radio button a width. */
export function bitsField(container: HTMLElement, initial: number): BitsField {
  const inputs = widths.map((width) =>
    element('input', { type: 'radio', name: 'bits', value: width, id: `bits-${width}` }),
  );
  const options = inputs.map((input) =>
    element('span', { class: 'choice' }, input, element('label', { for: input.id }, input.value)),
  );
  container.append(element('div', { class: 'row' }, ...options));
  const value = () => Number(inputs.find(({ checked }) => checked)?.value);
  const choose = (bits: number) => {
    for (const input of inputs) input.checked = Number(input.value) === bits;
  };
  choose(initial);
  return {
    get value() {
      return value();
    },
    offer(offered) {
      const distance = (bits: number) => Math.abs(bits - value());
      const within = widths.filter((width) => offered.includes(width));
      const nearest = within.reduce((best, bits) => (distance(bits) < distance(best) ? bits : best));
      for (const input of inputs) input.disabled = !offered.includes(Number(input.value));
      choose(nearest);
    },
  };
}
