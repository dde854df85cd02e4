import { readFile, writeFile } from 'node:fs/promises';
import { applyPlan, parsePlan } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';

const plan = parsePlan(JSON.parse(await readFile('plan.json', 'utf8')), 'plan.json');
const { model } = await applyPlan(onnx(await readFile('model.onnx')), plan, registry);
await writeFile('model_planned.onnx', model.bytes);
