/** How to run it again: each part of what `runlens recreate` writes, to be copied. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { assertNever } from '../../src/base/assertNever';
import { messageOf } from '../../src/base/errors';
import type { RunEnvironment } from '../../src/domain/environment';
import { base64Of } from '../shared/charts/exportChart';
import { t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { Scrolled } from '../shared/ui/scrolled';
import { Loading, Problem } from '../shared/ui/states';
import { NotRecorded } from './code';
import { Section } from './overview';
import type { RunPage } from './page';
import { objectText, useRecord } from './record';
import { PATCH_FILE, type Recreation } from './recreation';

export function Recreate({ page }: { readonly page: RunPage }) {
  const record = useRecord(page);
  switch (record.is) {
    case 'reading':
      return <Loading name={t('Reading the record of the code')} />;
    case 'problem':
      return <Problem message={record.message} onRetry={record.again} />;
    case 'none':
      return <NotRecorded page={page} />;
    case 'read':
      return <Parts page={page} environment={record.environment} recreation={record.recreation} />;
    default:
      return assertNever(record);
  }
}

interface PartsProps {
  readonly page: RunPage;
  readonly environment: RunEnvironment;
  readonly recreation: Recreation;
}

function Parts({ page, environment, recreation }: PartsProps) {
  const { run, changes, lineage } = page;
  const { command, folder, checkout, patch, requirements, notes } = recreation;
  const whole = `runlens recreate ${run.runId}`;
  const data = (lineage.value?.datasets ?? []).map(({ name, digest, sourceType, source }) => ({
    name,
    digest,
    sourceType,
    source,
  }));
  return (
    <>
      <Section name={t('All at once')}>
        <p>
          {t(
            'A folder with the code, the packages, the parameters and the command, made by this command or this button.',
          )}
        </p>
        <Copied page={page} name={t('Command that recreates it')} text={whole}>
          <Button
            look="primary"
            onClick={() => void changes.run('runlens.recreateRun', { runIds: [run.runId] })}
          >
            {t('Recreate in a Folder…')}
          </Button>
        </Copied>
      </Section>
      {notes.length > 0 && (
        <Section name={t('Keep in mind')}>
          <ul class="rl-warn">
            {notes.map((note) => (
              <li key={note} dir="auto">
                {note}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {checkout.length > 0 && (
        <Section name={t('Code')}>
          <Copied
            page={page}
            name={t('Commands that bring the code back')}
            text={checkout.join('\n')}
          />
        </Section>
      )}
      {patch !== undefined && <PatchPart page={page} digest={patch} />}
      <Section name={t('Environment')}>
        <p>{t('Python {0}, {1}', environment.python.version, environment.system.os)}</p>
        <Copied page={page} name={t('Requirements')} text={requirements} file="requirements.txt" />
      </Section>
      <Section name={t('Parameters')}>
        <Copied
          page={page}
          name={t('Parameters as JSON')}
          text={json(Object.fromEntries(run.params.map(({ key, value }) => [key, value])))}
          file="params.json"
        />
      </Section>
      {data.length > 0 && (
        <Section name={t('Data')}>
          <Copied page={page} name={t('Datasets as JSON')} text={json(data)} file="data.json" />
        </Section>
      )}
      <Section name={t('Command')}>
        {command === undefined ? (
          <p>{t('It was made in a notebook or an interactive session: run the code there.')}</p>
        ) : (
          <Copied page={page} name={t('Command of the run')} text={command} />
        )}
        <p>
          {t('It ran in')} <code>{folder}</code>
        </p>
      </Section>
    </>
  );
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

interface CopiedProps {
  readonly page: RunPage;
  readonly name: string;
  readonly text: string;
  /** It can be saved, too, under this name. */
  readonly file?: string;
  /** Further actions, before those. */
  readonly children?: ComponentChildren;
}

function Copied({ page, name, text, file, children }: CopiedProps) {
  return (
    <div class="run-copied">
      <Scrolled name={name} text={text} />
      <p class="rl-actions">
        {children}
        <Button title={t('Copy: {0}', name)} onClick={() => void page.changes.copy(text)}>
          {t('Copy')}
        </Button>
        {file !== undefined && <Save page={page} file={file} text={text} />}
      </p>
    </div>
  );
}

function Save({ page, file, text }: { page: RunPage; file: string; text: string }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const save = async () => {
    try {
      await page.panel.host.save({ name: file, base64: base64Of(text) });
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <>
      <Button onClick={() => void save()}>{t('Save {0}…', file)}</Button>
      {problem !== undefined && <span class="rl-bad">{problem}</span>}
    </>
  );
}

/** Read when it is wanted: it may be two megabytes. */
function PatchPart({ page, digest }: { readonly page: RunPage; readonly digest: string }) {
  const { panel, changes } = page;
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const withPatch = async (use: (base64: string) => Promise<unknown>) => {
    try {
      const asked = await panel.host.ask('GET /api/objects/:digest', { digest });
      if (!asked.ok) return setProblem(asked.refusal.message);
      await use(asked.value.base64);
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Section name={t('Uncommitted changes')}>
      <p class="rl-actions">
        <Button onClick={() => void withPatch((base64) => changes.copy(objectText(base64)))}>
          {t('Copy Patch')}
        </Button>
        <Button
          onClick={() => void withPatch((base64) => panel.host.save({ name: PATCH_FILE, base64 }))}
        >
          {t('Save {0}…', PATCH_FILE)}
        </Button>
      </p>
      {problem !== undefined && <Problem message={problem} />}
    </Section>
  );
}
