/** Examples that stand at the end of each help text. */
export const examples = {
  program: `
Examples:
  lowbit quantize model.onnx              8 bits, writes model_q8.onnx
  lowbit inspect model.onnx               what could be quantized
  lowbit methods                          the methods that --weights knows
`,
  quantize: `
Examples:
  lowbit quantize model.onnx                                  min-max, 8 bits per channel: model_q8.onnx
  lowbit quantize model.onnx --bits 4 --granularity group:32  4 bits in groups of 32: model_q4.onnx
  lowbit quantize model.onnx --weights ul2q --first-last 8    another method, more bits at both ends
  lowbit quantize model.onnx --exclude 'head*' --report report.html
  lowbit quantize model.onnx --json > done.json               then edit report.plan in it and apply it:
  lowbit quantize model.onnx --plan done.json -o edited.onnx
`,
  inspect: `
Examples:
  lowbit inspect model.onnx
  lowbit inspect model.onnx --json | less
`,
  methods: `
Examples:
  lowbit methods
  lowbit quantize model.onnx --weights ul2q:lambda=paper      a method with an option
`,
} as const;

export const exitStatuses = `
Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled.
`;
