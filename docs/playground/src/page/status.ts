import type { Problem } from '@lowbit/core';
import type { Progress } from '../shared/messages.js';
import { element } from './element.js';
import { problemList } from './problem-list.js';

/** Where a section tells what it is doing, and what went wrong. */
export interface Status {
  busy(progress: Progress): void;
  /** Ends the progress, with a sentence or nothing. */
  done(text?: string): void;
  fail(problems: readonly Problem[]): void;
}

/** A progress bar with a button to cancel, and an alert. */
export function statusIn(container: HTMLElement, onCancel: () => void): Status {
  const bar = element('progress', { max: 1, 'aria-label': 'Progress' });
  const label = element('span', { class: 'label' });
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const work = element('div', { class: 'work', hidden: true }, bar, label, cancel);
  const note = element('p', { class: 'hint', role: 'status' });
  const alert = element('div', { role: 'alert' });
  container.append(work, note, alert);
  cancel.addEventListener('click', () => {
    cancel.disabled = true;
    label.textContent = 'Cancelling …';
    onCancel();
  });

  const settle = (isWorking: boolean) => {
    if (isWorking && work.hidden) cancel.disabled = false;
    work.hidden = !isWorking;
    note.textContent = '';
    alert.replaceChildren();
  };
  return {
    busy({ label: text, done, total }) {
      settle(true);
      if (total > 1) bar.value = done / total;
      else bar.removeAttribute('value');
      if (!cancel.disabled) label.textContent = total > 1 ? `${text} (${done} of ${total})` : `${text} …`;
    },
    done(text = '') {
      settle(false);
      note.textContent = text;
    },
    fail(problems) {
      settle(false);
      alert.replaceChildren(problemList(problems));
    },
  };
}
