import { spawnSync } from 'node:child_process';

/** The interpreter that has what is needed, or why none does. */
export function findPython(): { readonly path: string } | { readonly missing: string } {
  const path = process.env['LOWBIT_PYTHON'] ?? 'python3';
  const wanted = 'import numpy, onnx, onnxruntime, onnx_ir, sympy';
  const { status } = spawnSync(path, ['-c', wanted], { stdio: 'ignore' });
  if (status === 0) return { path };
  const remedy = 'pip install onnx onnxruntime onnx_ir sympy, and name the interpreter in LOWBIT_PYTHON';
  return { missing: `${path} has no onnx and onnxruntime, which this comparison alone needs (${remedy})` };
}
