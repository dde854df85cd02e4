import { dtypes } from '@lowbit/transformers';
import { formatBytes } from 'lowbit/browser';
import type { FolderOutcome, FolderWish } from '../shared/messages.js';
import { element, find } from './element.js';
import { chosenFiles, type ChosenFolder, droppedFiles, folderOf } from './folder-files.js';

/** What is chosen at first. */
const usual = ['q4', 'q8'];

/** The form of folders for transformers.js; calls back with what was chosen. */
export function folderForm(section: HTMLElement, onSubmit: (wish: FolderWish) => void): void {
  const input = find<HTMLInputElement>('#folder', section);
  const zone = find<HTMLElement>('.drop', section);
  const told = find<HTMLElement>('#folder-told', section);
  const fields = find<HTMLElement>('#dtypes', section);
  let folder: ChosenFolder | undefined;
  const take = (chosen: ChosenFolder) => {
    folder = chosen;
    const graphs = chosen.files.filter(({ path }) => path.endsWith('.onnx')).length;
    const data = chosen.data.map(({ name }) => `, calibrated by ${name}`).join('');
    told.textContent = `${chosen.name}: ${chosen.files.length} files, ${graphs} of them .onnx${data}`;
  };
  for (const dtype of dtypes) {
    const box = element('input', { type: 'checkbox', value: dtype, checked: usual.includes(dtype) });
    fields.append(element('label', {}, box, ` ${dtype}`));
  }
  input.addEventListener('change', () => {
    const files = chosenFiles(input.files);
    if (files.length > 0) take(folderOf(files));
  });
  zone.addEventListener('drop', ({ dataTransfer }) => {
    if (dataTransfer !== null && !input.disabled)
      void droppedFiles(dataTransfer).then((files) => take(folderOf(files)));
  });
  find<HTMLFormElement>('form', section).addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = [...fields.querySelectorAll<HTMLInputElement>(':checked')].map(({ value }) => value);
    onSubmit({ name: 'model', files: [], data: [], ...folder, dtypes: chosen });
  });
}

/** What became of each graph, in words. */
export function folderLines({ written, notes, zip }: FolderOutcome): readonly HTMLElement[] {
  const lines = written.map(({ path, before, after, verdict }) =>
    element(
      'li',
      {},
      element('code', {}, path),
      ` ${formatBytes(before)} → ${formatBytes(after)}${verdict === '' ? '' : `: ${verdict}`}`,
    ),
  );
  const told = notes.map((text) => element('li', {}, text));
  return [...lines, ...told, element('li', {}, element('code', {}, zip.name), ` ${zip.note}`)];
}
