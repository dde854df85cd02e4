import { wordProblem, type Problem } from '@lowbit/core';
import { element } from './element.js';

/** Most problems that are shown: planning lists one for each weight. */
const most = 8;

/** What is wrong, what was expected and found, and what can be done about it. */
export function problemList(problems: readonly Problem[]): HTMLElement {
  const rest = problems.length - most;
  return element(
    'div',
    { class: 'alert' },
    ...problems.slice(0, most).map(problemText),
    ...(rest > 0 ? [element('p', {}, `and ${rest} more problems.`)] : []),
  );
}

function problemText({ code, where, expected, received, remedy }: Problem): HTMLElement {
  const details = [
    ...(expected === undefined ? [] : [`Expected: ${expected}.`]),
    ...(received === undefined ? [] : [`Found: ${received}.`]),
  ];
  return element(
    'div',
    { class: 'problem', 'data-code': code },
    element('strong', {}, wordProblem({ code, where })),
    ...(details.length === 0 ? [] : [element('p', {}, details.join(' '))]),
    ...(remedy === undefined ? [] : [element('p', { class: 'remedy' }, remedy)]),
  );
}
