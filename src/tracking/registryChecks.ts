/** The registry's rules for names, versions, aliases, stages and tags, with MLflow's messages. */
import { LIMITS } from '../domain/limits';
import { MODEL_STAGES, type ModelStage } from '../domain/model';
import type { Tag } from '../domain/run';
import { invalidParameter } from '../protocol/mlflow/errors';
import type { Fields } from './fields';
import { checkKey, checkLength, checkPath } from './validation';

const ALIAS = /^[\p{L}\p{N}_-]*$/u;
const VERSION_ALIAS = /^[vV]\d+$/;
/** What Python's int() takes. */
const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
const IS_PROMPT = 'mlflow.prompt.is_prompt';
const PROMPT_TEXT = 'mlflow.prompt.text';

export function checkModelName(name: string, field = 'name'): void {
  if (name.trim() === '') {
    throw invalidParameter(`Missing value for required parameter '${field}'.`);
  }
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  checkPath('name', name);
}

export function parseVersion(text: string): number {
  if (INTEGER.test(text)) return Number(text.replaceAll('_', ''));
  throw invalidParameter(`Parameter 'version' must be an integer, got '${text}'.`);
}

export function checkAlias(alias: string): void {
  if (!ALIAS.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. ` +
        'Names may only contain alphanumerics, underscores (_), and dashes (-).',
    );
  }
  checkLength('Registered model alias name', alias, LIMITS.modelAliasLength);
}

/** `latest` and `v1` mean something by themselves. */
export function checkFreeAlias(alias: string): void {
  if (alias.toLowerCase() === 'latest') {
    throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  }
  if (VERSION_ALIAS.test(alias)) {
    throw invalidParameter(`Version alias name '${alias}' is reserved.`);
  }
}

/** The stage in its canonical spelling, from any case. */
export function parseStage(text: string): ModelStage {
  const stage = MODEL_STAGES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (stage) return stage;
  throw invalidParameter(
    `Invalid Model Version stage: ${text}. Value must be one of ${MODEL_STAGES.join(', ')}.`,
  );
}

/** Tags of a message's list; of two with one key the last counts. */
export const readTags = (fields: Fields): Tag[] =>
  fields.list('tags').map((tag) => ({
    key: tag.string('key') ?? '',
    value: tag.string('value') ?? '',
  }));

export function checkModelTag(tag: Tag): void {
  checkKey(tag.key, { field: 'key', name: 'key' });
  checkLength('value', tag.value, LIMITS.registryTagValueLength);
}

export function checkVersionTag(tag: Tag): void {
  checkKey(tag.key, { field: 'key', name: 'key' });
  if (tag.key === PROMPT_TEXT && [...tag.value].length > LIMITS.registryTagValueLength) {
    throw invalidParameter(
      `Prompt text exceeds max length of ${LIMITS.registryTagValueLength} characters.`,
    );
  }
  checkLength('value', tag.value, LIMITS.registryTagValueLength);
}

/** What MLflow calls the owner of a name: it asks only whether the tag is there. */
export const kindOf = (tags: readonly Tag[]): 'Prompt' | 'Registered Model' =>
  tags.some((tag) => tag.key === IS_PROMPT) ? 'Prompt' : 'Registered Model';

/** A prompt is a registered model, and its texts are versions, with a tag that says so. */
export function isPrompt(tags: readonly Tag[]): boolean {
  return tags.findLast((tag) => tag.key === IS_PROMPT)?.value.toLowerCase() === 'true';
}
