import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Report } from '@lowbit/core';

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files on the page as a user does, with a real `drop` event that carries them. */
export async function drop(page: Page, files: readonly DroppedFile[], zone = '#drop'): Promise<void> {
  const sent = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle((list) => {
    const made = new DataTransfer();
    for (const { name, base64 } of list) {
      const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      made.items.add(new File([data], name));
    }
    return made;
  }, sent);
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent(zone, type, { dataTransfer: transfer });
  }
}

/** Chooses in the form, by keyboard or mouse alike, and waits for the result. */
export async function quantize(
  page: Page,
  {
    method,
    bits,
    ...rest
  }: { method: string; bits: number; granularity?: string; ends?: string; storage?: string; format?: string },
): Promise<void> {
  await page.selectOption('#method', method);
  await page.check(`#bits-${bits}`);
  for (const [id, value] of Object.entries(rest)) await page.selectOption(`#${id}`, value);
  await page.click('#settings button[type=submit]');
  await waitIn(page, '#settings', '#result:not([hidden])');
}

/** Waits until something appears, or a section tells what went wrong. */
async function waitIn(page: Page, section: string, wanted: string): Promise<void> {
  const problem = page.locator(`${section} .problem`);
  await page.locator(wanted).or(problem).first().waitFor();
  if (await problem.count()) throw new Error(await problem.first().innerText());
}

/** Presses the button and gives the downloaded file. */
export async function download(page: Page, button: string): Promise<DroppedFile> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return { name: file.suggestedFilename(), bytes: new Uint8Array(readFileSync(await file.path())) };
}

export async function downloadedReport(page: Page): Promise<Report> {
  return JSON.parse(new TextDecoder().decode((await download(page, '#report')).bytes)) as Report;
}

/** The bytes behind a size that is shown, and its text. */
export async function shownSize(page: Page, name: string): Promise<{ bytes: number; text: string }> {
  const cell = page.locator(`[data-size=${name}]`);
  return { bytes: Number(await cell.getAttribute('data-bytes')), text: await cell.innerText() };
}

/** Runs both models on random numbers; gives the cells of the first output. */
export async function compareOutputs(page: Page): Promise<readonly string[]> {
  await page.click('#compare button[type=submit]');
  const row = page.locator('.outputs tbody tr').first();
  await waitIn(page, '#compare', '.outputs');
  return row.locator('th, td').allInnerTexts();
}
