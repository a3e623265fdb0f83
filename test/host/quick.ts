/** Small pipelines of the standard library alone, so that a run takes a moment. */
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FolderSession } from '../../src/extension/session/folderSession';
import type { PipelineRunRow } from '../../src/protocol/rows';
import { folderPath, runLens } from './editor';
import { until } from './ui';

export interface QuickPipeline {
  readonly name: string;
  readonly document: vscode.TextDocument;
  readonly helpers: vscode.TextDocument;
}

/**
 * Writes load_numbers → multiply (with a helper in another file) → total and opens it.
 * @param count makes its steps' keys differ from those of other pipelines.
 */
export async function writePipeline(name: string, count: number): Promise<QuickPipeline> {
  const root = folderPath();
  fs.writeFileSync(
    path.join(root, `${name}_helpers.py`),
    'def scale(values, factor):\n    return [value * factor for value in values]\n',
  );
  fs.writeFileSync(path.join(root, `${name}.py`), sourceOf(name, count));
  const open = (file: string) => vscode.workspace.openTextDocument(path.join(root, file));
  const helpers = await open(`${name}_helpers.py`);
  const document = await open(`${name}.py`);
  await vscode.window.showTextDocument(document);
  return { name, document, helpers };
}

const sourceOf = (name: string, count: number) => `from typing import Annotated

from runlens import log_metric, log_param, pipeline, step

from ${name}_helpers import scale


@step
def load_numbers(count: int = ${count}) -> Annotated[list, "numbers"]:
    print("counting to", count)
    return list(range(count))


@step
def multiply(numbers: list, factor: float = 1.5) -> Annotated[list, "products"]:
    products = scale(numbers, factor)
    log_param("factor", factor)
    for index, product in enumerate(products):
        log_metric("product", product, step=index)
    return products


@step
def total(products: list) -> Annotated[float, "sum"]:
    return float(sum(products))


@pipeline
def ${name}(factor: float = 1.5):
    total(multiply(load_numbers(), factor))


if __name__ == "__main__":
    ${name}()
`;

/** Clicks ▶ Run above a pipeline or step and waits for the end of the run that this starts. */
export async function runByLens(
  session: FolderSession,
  { name, document }: QuickPipeline,
  above = name,
): Promise<PipelineRunRow> {
  const before = await latestRun(session, name);
  await runLens(document, above, /▶ Run/);
  return until(async () => {
    const run = await latestRun(session, name);
    return run && run.id !== before?.id && run.status !== 'running' && run;
  }, 40_000);
}

async function latestRun(
  session: FolderSession,
  pipeline: string,
): Promise<PipelineRunRow | undefined> {
  const { items } = await session.call('GET /api/pipelines', {});
  return items.find((row) => row.name === pipeline)?.lastRun;
}
