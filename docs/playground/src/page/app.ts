import type { Report } from '@lowbit/core';
import type { CompareInputs, DownloadForm, FolderWish, ModelFacts, Settings } from '../shared/messages.js';
import { compareForm, type CompareForm } from './compare-form.js';
import { compareTable } from './compare-table.js';
import { downloadForm, type DownloadFields } from './download-form.js';
import { dropZone } from './drop-zone.js';
import { element, find } from './element.js';
import { factList } from './facts.js';
import { folderForm, folderLines } from './folder-form.js';
import { resultView } from './result.js';
import { saveFile } from './save-file.js';
import { fill, pageSections, showSections, type Sections } from './sections.js';
import { settingsForm, type SettingsForm } from './settings-form.js';
import { taskRunner, type RunTask } from './task-runner.js';

/** The page, and what is known of the model in it. */
interface App {
  readonly sections: Sections;
  readonly run: RunTask;
  readonly forms: {
    readonly settings: SettingsForm;
    readonly compare: CompareForm;
    readonly download: DownloadFields;
  };
  format: ModelFacts['format'];
  report: Report | undefined;
}

/** Brings the page to life: files open a model, which is quantized, compared and downloaded. */
export function startApp(): void {
  const sections = pageSections();
  const app: App = {
    sections,
    run: taskRunner(),
    forms: {
      settings: settingsForm(
        sections.settings,
        (settings) => void quantize(app, settings),
        () => hideResult(app),
      ),
      compare: compareForm(
        sections.compare,
        (inputs) => void compare(app, inputs),
        () => fill(sections.compare),
      ),
      download: downloadForm(
        sections.download,
        (form) => void saveModel(app, form),
        () => saveReport(app),
        () => fill(sections.download),
      ),
    },
    format: 'onnx',
    report: undefined,
  };
  dropZone(find('#drop'), (files) => void open(app, files));
  folderForm(sections.transformers, (wish) => void writeFolder(app, wish));
}

async function open(app: App, files: readonly File[]): Promise<void> {
  const { sections, forms, run } = app;
  const facts = await run(sections.model, 'open', files);
  if (facts === undefined) return;
  app.format = facts.format;
  fill(sections.model, factList(facts));
  forms.settings.showFor(facts);
  forms.compare.offerPictures(facts.pictures);
  showSections(true, sections.settings);
  hideResult(app);
}

/** A result stands beside the settings that it was made with, or not at all. */
function hideResult(app: App): void {
  const { result, compare: comparing, download } = app.sections;
  app.report = undefined;
  showSections(false, result, comparing, download);
}

async function quantize(app: App, settings: Settings): Promise<void> {
  const { result, compare: comparing, download } = app.sections;
  hideResult(app);
  app.report = await app.run(app.sections.settings, 'quantize', settings);
  if (app.report === undefined) return;
  fill(result, ...resultView(app.report, app.format));
  app.forms.download.offer(app.format === 'onnx' || settings.format === 'plain' ? 'one' : 'both');
  fill(comparing);
  fill(download);
  showSections(true, result, comparing, download);
  result.focus();
}

async function compare({ sections, run }: App, inputs: CompareInputs): Promise<void> {
  fill(sections.compare);
  const result = await run(sections.compare, 'compare', inputs);
  if (result !== undefined) fill(sections.compare, compareTable(result));
}

async function saveModel({ sections, run }: App, form: DownloadForm): Promise<void> {
  const files = await run(sections.download, 'download', form);
  if (files === undefined) return;
  for (const { name, bytes } of files) saveFile(name, bytes);
  const items = files.map(({ name, note }) => element('li', {}, element('code', {}, name), ` ${note}`));
  fill(sections.download, ...items);
}

async function writeFolder({ sections, run }: App, wish: FolderWish): Promise<void> {
  fill(sections.transformers);
  const outcome = await run(sections.transformers, 'folder', wish);
  if (outcome === undefined) return;
  saveFile(outcome.zip.name, outcome.zip.bytes, 'application/zip');
  fill(sections.transformers, ...folderLines(outcome));
}

function saveReport({ report }: App): void {
  const text = JSON.stringify(report, null, 2);
  saveFile('report.json', new TextEncoder().encode(text), 'application/json');
}
