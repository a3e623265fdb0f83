/** What documents say: facts of an artifact, components of a cache key, a traceback. No VS Code. */
import { countOf, formatBytes } from '../../domain/display';
import type { Fingerprint, StepRun } from '../../domain/pipeline';
import type { ArtifactRow } from '../../protocol/rows';
import { cell, metadataSections, plainFacts } from './metadata';
import { type Preview, previewLines } from './preview';

/** The artifact's facts as Markdown. Its content is not loaded: to unpickle is to run code. */
export function artifactFacts(
  artifact: ArtifactRow,
  globals: readonly string[] | undefined,
  preview?: Preview,
): string {
  const made = artifact.pipeline ? `${artifact.pipeline} / ${artifact.stepId ?? ''}` : 'unknown';
  const lines = [
    `# ${artifact.name} v${artifact.version}`,
    '',
    '| | |',
    '|:--|:--|',
    `| Type | \`${artifact.type}\` |`,
    `| Materializer | ${artifact.materializer} |`,
    `| Size | ${formatBytes(artifact.size)} |`,
    `| Made | ${new Date(artifact.createdAt).toISOString()} |`,
    `| By | ${made} |`,
    `| Id | \`${artifact.id}\` |`,
    ...(artifact.artifactType ? [`| Kind | ${cell(artifact.artifactType)} |`] : []),
    ...(artifact.tags?.length ? [`| Tags | ${cell(artifact.tags.join(', '))} |`] : []),
    ...plainFacts(artifact.metadata).map(([key, value]) => `| ${key} | ${cell(value)} |`),
    ...metadataSections(artifact.metadata),
    ...previewSection(artifact, preview),
    '',
    '## Files',
    '',
    ...fileLines(artifact),
  ];
  if (globals) lines.push('', ...globalsSection(globals));
  lines.push('', '## Load', '', '```python', loadSnippet(artifact), '```', '');
  return lines.join('\n');
}

function previewSection({ folder, metadata }: ArtifactRow, preview?: Preview): string[] {
  // A model's preview is its parameters, which have a section.
  if (preview?.kind === 'table' && preview.columns[0] === 'parameter') return [];
  if (preview) return ['', '## Preview', '', ...previewLines(preview, folder)];
  const { preview: text } = metadata;
  if (typeof text !== 'string' || text === '') return [];
  const given = { kind: 'text', text, language: 'text', cutFrom: undefined } as const;
  return ['', '## Preview', '', ...previewLines(given, folder)];
}

/** A folder of thousands of files is not listed to its end. */
const MOST_FILES = 200;

function fileLines({ files }: ArtifactRow): string[] {
  const shown = files
    .slice(0, MOST_FILES)
    .map((file) => `- \`${file.path}\` ${formatBytes(file.size)}`);
  const more = files.length - shown.length;
  return more > 0 ? [...shown, `- and ${countOf(more, 'more file')}`] : shown;
}

function globalsSection(globals: readonly string[]): string[] {
  const named = globals.map((name) => `- \`${name}\``);
  return [
    '## What loading would import',
    '',
    'Read from the pickle without loading it:',
    '',
    ...(named.length > 0 ? named : ['- nothing']),
  ];
}

export const loadSnippet = (artifact: ArtifactRow): string =>
  [
    'from runlens import Client',
    '',
    `${identifier(artifact.name)} = Client().get_artifact_version("${artifact.id}").load()`,
  ].join('\n');

const identifier = (name: string): string => {
  const word = name.replace(/\W+/g, '_');
  return /^\d/.test(word) || word === '' ? `artifact_${word}` : word;
};

/** One component a line, so that the editor's own diff shows what changed. */
export function componentLines(fingerprint: Fingerprint | undefined): string {
  if (!fingerprint) return '# No key: the step was not run to its end.\n';
  const lines = fingerprint.components.map(({ name, display, digest, source }) => {
    const where = source ? `  # ${source.file}:${source.line}` : '';
    return `${name} = ${display ?? digest.slice(0, 16)}${where}`;
  });
  const untracked = fingerprint.notTracked.map((each) => `# not tracked: ${each}`);
  return [...lines.sort(), ...untracked, ''].join('\n');
}

export function tracebackText(step: StepRun): string {
  if (!step.error) return `${step.stepId} did not fail.\n`;
  const { traceback, type, message } = step.error;
  return traceback.trim() === '' ? `${type}: ${message}\n` : `${traceback.trimEnd()}\n`;
}
