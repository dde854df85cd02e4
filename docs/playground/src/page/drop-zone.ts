import { find } from './element.js';

/** Calls back with files that are dropped on the zone or chosen in its input. Misses do not leave the page. */
export function dropZone(zone: HTMLElement, onFiles: (files: readonly File[]) => void): void {
  const input = find<HTMLInputElement>('input', zone);
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length > 0) onFiles(files);
  });
  for (const event of ['dragover', 'drop'] as const) {
    document.addEventListener(event, (dragged) => dragged.preventDefault());
  }
  const mark = (isOver: boolean) => () => zone.classList.toggle('over', isOver);
  zone.addEventListener('dragenter', mark(true));
  zone.addEventListener('dragover', mark(true));
  zone.addEventListener('dragleave', mark(false));
  zone.addEventListener('drop', ({ dataTransfer }) => {
    mark(false)();
    const files = [...(dataTransfer?.files ?? [])];
    if (files.length > 0 && !input.disabled) onFiles(files);
  });
}
