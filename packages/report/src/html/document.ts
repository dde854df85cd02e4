import { markup, raw, type Markup } from './markup.js';
import { script, scriptHash } from './script.js';
import { style } from './style.js';

/** The whole page around its body. A content security policy forbids every request and every foreign script. */
export function renderDocument(title: string, body: Markup): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <main>${body}</main>
        ${raw(`<script>${script}</script>`)}
      </body>
    </html>`;
  return `${page.html}\n`;
}
