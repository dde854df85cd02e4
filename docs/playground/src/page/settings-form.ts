import type { Granularity, Quantizer } from '@lowbit/core';
import type { DownloadForm, ModelFacts, Settings } from '../shared/messages.js';
import { bitsField } from './bits-field.js';
import { element, find } from './element.js';
import { optionFields, type OptionFields } from './option-fields.js';
import { weightMethods } from './weight-methods.js';

/** The form of everything that can be chosen. */
export interface SettingsForm {
  /** Offers what the format has. */
  showFor(model: Pick<ModelFacts, 'format' | 'frozen'>): void;
}

const hints: Readonly<Record<Settings['madeFor'], string>> = {
  speed: 'The runtime makes floats of the weights once, when it loads the file.',
  memory: 'Weights stay packed where a form exists, and are decoded on every run, which is slower.',
  integers: 'Layers that gain from it get 8-bit weights and measure the range of their inputs on every run.',
};

const initialBits = 8;

/**
 * Builds the form from the methods there are, and calls back with what was chosen.
 *
 * @param onChange Called when anything is chosen otherwise: what was made before is of other settings.
 */
export function settingsForm(
  section: HTMLElement,
  onSubmit: (settings: Settings) => void,
  onChange: () => void,
): SettingsForm {
  const select = <T extends HTMLElement>(selector: string) => find<T>(selector, section);
  const method = select<HTMLSelectElement>('#method');
  const madeFor = select<HTMLSelectElement>('#made-for');
  const format = select<HTMLSelectElement>('#format');
  const freezeInputs = select<HTMLInputElement>('#freeze-inputs');
  const float16 = select<HTMLInputElement>('#float16');
  const bits = bitsField(select('#bits'), initialBits);
  let options: OptionFields = optionFields({});

  method.append(...weightMethods.map(({ name }) => element('option', { value: name }, name)));
  const chosen = () => weightMethods.find(({ name }) => name === method.value) as Quantizer;
  const showMethod = () => {
    const { summary = '', paper = '', bits: offered, options: schema = {} } = chosen();
    options = optionFields(schema);
    select('#method-summary').replaceChildren(summary, element('span', { class: 'paper' }, paper));
    select('#option-fields').replaceChildren(...options.fields);
    select('#method-options').hidden = options.fields.length === 0;
    bits.offer(offered.weight ?? []);
  };
  const showHint = () => {
    select('#made-for-hint').textContent = hints[madeFor.value as Settings['madeFor']];
  };
  method.addEventListener('change', showMethod);
  madeFor.addEventListener('change', showHint);
  showMethod();
  showHint();

  for (const changed of ['input', 'change'])
    select<HTMLFormElement>('form').addEventListener(changed, onChange);
  select<HTMLFormElement>('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const ends = select<HTMLSelectElement>('#ends').value;
    const granularity = select<HTMLSelectElement>('#granularity').value;
    onSubmit({
      method: [method.value, options.read()].filter(Boolean).join(':'),
      bits: bits.value,
      ends: ends === 'same' || ends === 'float' ? ends : Number(ends),
      ...(granularity === '' ? {} : { granularity: granularity as Granularity }),
      parameterStorage: select<HTMLSelectElement>('#storage').value as Settings['parameterStorage'],
      madeFor: madeFor.value as Settings['madeFor'],
      float16: float16.checked,
      freezeInputs: freezeInputs.checked,
      format: format.value as DownloadForm,
    });
  });
  return {
    showFor({ format: kind, frozen }) {
      const isOnnx = kind === 'onnx';
      select('#freeze-inputs-field').hidden = frozen === 0;
      freezeInputs.checked = false;
      select('#made-for-field').hidden = !isOnnx;
      if (!isOnnx) [madeFor.value, float16.checked] = ['speed', false];
      select('#format-field').hidden = isOnnx;
      showHint();
    },
  };
}
