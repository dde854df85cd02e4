import { quantizedHash } from './quantize-file.js';

addEventListener('message', async ({ data }: MessageEvent<Uint8Array>) =>
  postMessage(await quantizedHash(data)),
);
