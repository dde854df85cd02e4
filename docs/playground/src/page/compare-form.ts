import type { CompareInputs, PixelRange } from '../shared/messages.js';
import { find } from './element.js';

/** The form of what both models are run on. */
export interface CompareForm {
  /** Offers pictures where the model takes them, with what pixels become at first. */
  offerPictures(range: PixelRange | undefined): void;
}

/** @param onChange Called when other inputs are chosen: what was compared before is of others. */
export function compareForm(
  section: HTMLElement,
  onSubmit: (inputs: CompareInputs) => void,
  onChange: () => void,
): CompareForm {
  const source = find<HTMLSelectElement>('#source', section);
  const input = (id: string) => find<HTMLInputElement>(`#${id}`, section);
  const showFields = () => {
    for (const field of section.querySelectorAll<HTMLElement>('[data-source]')) {
      const isShown = field.dataset['source'] === source.value;
      field.hidden = !isShown;
      for (const control of field.querySelectorAll<HTMLInputElement>('input')) control.disabled = !isShown;
    }
  };
  source.addEventListener('change', showFields);
  for (const changed of ['input', 'change'])
    find<HTMLFormElement>('form', section).addEventListener(changed, onChange);
  showFields();
  find<HTMLFormElement>('form', section).addEventListener('submit', (event) => {
    event.preventDefault();
    const [file] = input('picture').files ?? [];
    const range = find<HTMLSelectElement>('#range', section).value as PixelRange;
    if (source.value === 'picture' && file !== undefined) onSubmit({ source: 'picture', file, range });
    else
      onSubmit({
        source: 'random',
        batches: Number(input('batches').value),
        seed: Number(input('seed').value),
      });
  });
  return {
    offerPictures(range) {
      const option = find<HTMLOptionElement>('option[value=picture]', source);
      option.disabled = range === undefined;
      if (range === undefined) source.value = 'random';
      else find<HTMLSelectElement>('#range', section).value = range;
      showFields();
    },
  };
}
