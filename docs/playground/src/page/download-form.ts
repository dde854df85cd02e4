import type { DownloadForm, ModelFacts } from '../shared/messages.js';
import { find } from './element.js';

/** The form of what is saved. */
export interface DownloadFields {
  /** Offers the forms that the format has. */
  showFor(format: ModelFacts['format']): void;
}

export function downloadForm(
  section: HTMLElement,
  onModel: (form: DownloadForm) => void,
  onReport: () => void,
): DownloadFields {
  const form = find<HTMLSelectElement>('#form', section);
  find<HTMLFormElement>('form', section).addEventListener('submit', (event) => {
    event.preventDefault();
    onModel(form.value as DownloadForm);
  });
  find('#report', section).addEventListener('click', onReport);
  return {
    showFor(format) {
      find<HTMLElement>('#form-field', section).hidden = format === 'onnx';
    },
  };
}
