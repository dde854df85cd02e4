import type { DownloadForm } from '../shared/messages.js';
import { find } from './element.js';

/** The form of what is saved. */
export interface DownloadFields {
  /** Offers packed and plain for a result that can be saved as both. */
  offer(forms: 'one' | 'both'): void;
}

/** @param onChange Called when another form is chosen: what was saved before is of another. */
export function downloadForm(
  section: HTMLElement,
  onModel: (form: DownloadForm) => void,
  onReport: () => void,
  onChange: () => void,
): DownloadFields {
  const form = find<HTMLSelectElement>('#form', section);
  find<HTMLFormElement>('form', section).addEventListener('submit', (event) => {
    event.preventDefault();
    onModel(form.value as DownloadForm);
  });
  form.addEventListener('change', onChange);
  find('#report', section).addEventListener('click', onReport);
  return {
    offer(forms) {
      find<HTMLElement>('#form-field', section).hidden = forms === 'one';
    },
  };
}
