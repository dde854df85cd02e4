import type { OptionDescription, OptionSchema } from '@lowbit/core/adapter';
import { element } from './element.js';

type Control = HTMLInputElement | HTMLSelectElement;

/** The fields of a method's options, and what is chosen in them. */
export interface OptionFields {
  readonly fields: readonly HTMLElement[];
  /** What differs from the defaults, as `key=value,key=value`; empty when nothing does. */
  read(): string;
}

/** One field for each option, made from its description. */
export function optionFields(schema: OptionSchema): OptionFields {
  const all = Object.entries(schema).map(([name, description]) => ({
    name,
    description,
    control: controlFor(`option-${name}`, description),
  }));
  return {
    fields: all.map(({ name, description, control }) => fieldFor(name, description, control)),
    read: () =>
      all
        .map(({ name, description, control }) => ({ name, description, value: valueOf(control) }))
        .filter(({ description, value }) => value !== String(description.default))
        .map(({ name, value }) => `${name}=${value}`)
        .join(','),
  };
}

function controlFor(id: string, description: OptionDescription): Control {
  const shared = { id, 'aria-describedby': `${id}-help` };
  if (description.type === 'boolean')
    return element('input', { ...shared, type: 'checkbox', checked: description.default });
  if (description.type === 'choice') {
    const options = description.values.map((value) =>
      element('option', { value, selected: value === description.default }, value),
    );
    return element('select', shared, ...options);
  }
  const { default: value, min, max } = description;
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return element('input', { ...shared, ...bounds, type: 'number', step: 'any', value, required: true });
}

function fieldFor(name: string, { help }: OptionDescription, control: Control): HTMLElement {
  return element(
    'div',
    { class: 'field' },
    element('label', { for: control.id }, name),
    control,
    element('p', { class: 'hint', id: `${control.id}-help` }, help),
  );
}

function valueOf(control: Control): string {
  return control.type === 'checkbox' ? String((control as HTMLInputElement).checked) : control.value;
}
