import type { Measured } from '../place.js';
import type { Row } from '../row.js';
import type { PageFacts } from '../page/facts.js';
import type { Work } from '../work.js';
import { openPage } from './open-page.js';

/** Times layers in a page of Chromium. */
export async function measureInPage(
  works: readonly Work[],
  options: { readonly isIsolated: boolean; readonly rounds: number; readonly tell: (text: string) => void },
): Promise<Measured> {
  const { isIsolated, rounds, tell } = options;
  const { page, browser, liteRt, close } = await openPage(isIsolated);
  try {
    const facts = await page.evaluate<PageFacts>(`bench.start(${liteRt !== undefined})`);
    const rows: Row[] = [];
    for (const work of works) {
      tell(`${browser}${isIsolated ? ', isolated' : ''}: ${work.name}`);
      rows.push(await page.evaluate<Row>(`bench.row(${JSON.stringify(work)}, ${rounds})`));
    }
    const versions = { ...facts.versions, 'LiteRT.js': liteRt ?? 'not installed' };
    return {
      place: isIsolated ? 'isolated-page' : 'page',
      facts: { engine: browser, ...facts, versions },
      rows,
    };
  } finally {
    await close();
  }
}
