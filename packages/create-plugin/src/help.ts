/** What `--help` prints. */
export const help = `Usage: npm create lowbit-plugin NAME
       npm create lowbit-plugin NAME -- [options]

Makes the folder lowbit-plugin-NAME with a working plugin for lowbit, the test that
runs its laws, a README and a package.json. Nothing is downloaded.

Options (npm wants -- in front of them):
  --kind KIND      quantizer: chooses the levels of weights (default)
                   policy:    decides how many bits each weight gets
                   schedule:  decides what freezes while a network trains
  --typescript     TypeScript in place of JavaScript
  -V, --version    print the version
  -h, --help       print this help

Examples:
  npm create lowbit-plugin zero-point
  npm create lowbit-plugin by-size -- --kind policy --typescript

Exit status: 0 done, 1 failed, 2 wrong usage.
`;
