import { mkdir, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderHtmlReport } from 'lowbit';
import { measureSubject, type SubjectResult } from './measure-subject.js';
import { eachSubject } from './subjects.js';
import { dataNote, htmlTable, textTable } from './table.js';

const json = process.argv.includes('--json');
const all = process.argv.includes('--all');
const start = performance.now();
const tell = (step: string) => {
  const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(3);
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${seconds} s  ${step}`);
};

if (!json)
  console.log(
    `Quantizing real networks at ${all ? '8 to 2' : '8, 4 and 3'} bits and running them on real inputs …`,
  );
const results: SubjectResult[] = [];
for (const run of eachSubject((subject) => measureSubject(subject, tell, all))) results.push(await run());
if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');

const folder = new URL('../../out/', import.meta.url);
await mkdir(folder, { recursive: true });
const file = new URL('report.html', folder);
const page = renderHtmlReport(
  results.flatMap((result) => result.reports),
  { title: 'lowbit on real models', table: htmlTable(results) },
);
await writeFile(file, page);

if (json) {
  console.log(
    JSON.stringify(
      { seconds: (performance.now() - start) / 1000, rows: results.flatMap(({ rows }) => rows) },
      null,
      2,
    ),
  );
} else {
  console.log(textTable(results));
  console.log(
    `\nMeasured in ${((performance.now() - start) / 1000).toFixed(0)} s; per channel, everything else by default.\n${dataNote}`,
  );
  console.log(`Report: ${relative(process.env['INIT_CWD'] ?? process.cwd(), fileURLToPath(file))}`);
  console.log('Try next:');
  console.log('  npx lowbit quantize your-model.onnx');
  console.log('  npx lowbit inspect your-model.onnx');
  console.log('  npx lowbit methods');
}
