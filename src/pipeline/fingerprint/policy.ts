/** What a cache policy adds to the key of a step, and what it leaves out. */
import type { CachePolicy, FingerprintComponent, StepInvocation } from '../../domain/pipeline';
import { digestOf, digestOfParts } from './digest';
import { moduleName } from './imports';

/** A file that a policy names, by its path relative to the root (with `/`), and its SHA-256. */
export interface FileContent {
  readonly path: string;
  readonly digest: string;
}

/** Looks at the files of the root that a pattern matches. */
export interface PolicyFiles {
  /**
   * In the order of their paths; a file whose size, time and inode are as before is not read again.
   * @param pattern a path or glob relative to the root; a folder stands for all files below it.
   */
  match(pattern: string): Promise<readonly FileContent[]>;
}

/** What the patterns of policies matched. */
export type PolicyContent = ReadonlyMap<string, readonly FileContent[]>;

export const NO_FILES: PolicyContent = new Map();

/** Looks at every pattern of these steps once. */
export async function policyContent(
  steps: readonly StepInvocation[],
  files: PolicyFiles,
): Promise<PolicyContent> {
  const patterns = new Set(steps.flatMap(({ options }) => options.cachePolicy?.files ?? []));
  const entries = [...patterns].map(
    async (pattern) => [pattern, await files.match(pattern)] as const,
  );
  return new Map(await Promise.all(entries));
}

/** More files than these are one component: nobody reads a list of thousands. */
export const MOST_FILES = 200;

/** What the policy of an invocation adds, and what it asked for and was not there. */
export function policyComponents(
  { source, options: { cachePolicy: policy = {} } }: StepInvocation,
  content: PolicyContent,
): { components: FingerprintComponent[]; notTracked: string[] } {
  const patterns = policy.files ?? [];
  const empty = patterns.filter((pattern) => (content.get(pattern) ?? []).length === 0);
  const unversioned = policy.packages && !policy.versions ? ['versions of packages'] : [];
  return {
    components: [
      ...(policy.code === false ? [functionComponent(source)] : []),
      ...fileComponents(patterns, content),
      ...Object.entries(policy.environment ?? {}).map(([name, value]) => ({
        name: `variable:${name}`,
        // An empty value is not the same as none.
        digest: digestOfParts(value === null ? [] : [value]),
      })),
      ...(policy.custom === undefined ? [] : [shown('policy:custom', policy.custom)]),
      ...versionComponents(policy),
    ],
    notTracked: [
      ...empty.map((pattern) => `files ${pattern} of the cache policy: nothing is there`),
      ...unversioned,
    ],
  };
}

/** Without its code a step is still not any other function with the same inputs. */
function functionComponent(source: StepInvocation['source']): FingerprintComponent {
  return { ...shown('step:function', `${moduleName(source.file)}.${source.qualname}`), source };
}

function fileComponents(
  patterns: readonly string[],
  content: PolicyContent,
): FingerprintComponent[] {
  const components = patterns.flatMap((pattern): FingerprintComponent[] => {
    const files = content.get(pattern) ?? [];
    if (files.length <= MOST_FILES) {
      return files.map(({ path, digest }) => ({ name: `file:${path}`, digest }));
    }
    const digest = digestOfParts(files.flatMap((file) => [file.path, file.digest]));
    return [{ name: `files:${pattern}`, digest, display: `${files.length} files` }];
  });
  // Two patterns may match one file.
  return [...new Map(components.map((component) => [component.name, component])).values()];
}

function versionComponents({ packages, versions }: CachePolicy): FingerprintComponent[] {
  if (!packages) return [];
  return Object.entries(versions ?? {}).map(([name, version]) => shown(`package:${name}`, version));
}

const MAX_DISPLAY = 60;
export const shortened = (text: string): string =>
  text.length > MAX_DISPLAY ? `${text.slice(0, MAX_DISPLAY - 1)}…` : text;

/** A component whose value people may see. */
export const shown = (name: string, value: string): FingerprintComponent => ({
  name,
  digest: digestOf(value),
  display: shortened(value),
});

/** Whether a policy has the key depend on what only the worker knows: its environment. */
export const asksTheWorker = ({
  environment,
  custom,
  packages,
}: CachePolicy): string | undefined => {
  if (custom !== undefined) return 'the function of its cache policy is asked when it runs';
  const [variable] = Object.keys(environment ?? {});
  if (variable !== undefined)
    return `the environment variable ${variable} is looked at when it runs`;
  return packages ? 'the versions of packages are looked at when it runs' : undefined;
};
