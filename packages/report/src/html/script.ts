/** Sorts tables, moves along curves of size against loss, and opens the section that a link points to. The page is complete without it. */
export const script = `
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.firstElementChild.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      const sign = up ? 1 : -1;
      const numeric = head.classList.contains('number');
      const key = (row) => row.cells[column].dataset.key;
      const compare = numeric ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b), 'en', { numeric: true });
      const rows = [...table.tBodies[0].rows].sort((a, b) => sign * compare(a, b));
      table.tBodies[0].append(...rows);
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    });
  });
}
for (const curve of document.querySelectorAll('.curve')) {
  const points = JSON.parse(curve.dataset.points);
  const slider = curve.querySelector('input');
  const depth = curve.querySelector('.depth');
  const { foot, unit } = depth.dataset;
  slider.addEventListener('input', () => {
    const { x, y, size, loss, bits } = points[slider.value];
    const mark = curve.querySelector('.mark');
    mark.setAttribute('cx', x);
    mark.setAttribute('cy', y);
    curve.querySelector('.size').textContent = size;
    curve.querySelector('.loss').textContent = loss;
    depth.querySelectorAll('rect').forEach((bar, i) => {
      const own = Math.min(bits[i], 16);
      bar.setAttribute('class', 'bits-' + own);
      bar.setAttribute('y', foot - own * unit);
      bar.setAttribute('height', own * unit);
    });
  });
}
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener('hashchange', openTarget);
openTarget();
`;

/** By which the page's content security policy lets this script run, and no other. A test keeps it true. */
export const scriptHash = 'sha256-me2UQ+uB3GdWx9sej8EkJScDpWaXMAcfC74b4ig5pPE=';
