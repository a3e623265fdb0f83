// An import of `<module>?worker` gives, as `text`, a script of that module and all it imports: pages make workers of it.
import path from 'node:path';
import * as esbuild from 'esbuild';

/** @returns {import('esbuild').Plugin} */
export function workerText() {
  return {
    name: 'worker-text',
    setup(build) {
      const { minify, target, absWorkingDir } = build.initialOptions;
      build.onResolve({ filter: /\?worker$/ }, ({ path: specifier, resolveDir }) => ({
        path: path.join(resolveDir, `${specifier.replace(/\?worker$/, '')}.ts`),
        namespace: 'worker-text',
      }));
      build.onLoad({ filter: /.*/, namespace: 'worker-text' }, async ({ path: file }) => {
        const result = await esbuild.build({
          entryPoints: [file],
          absWorkingDir,
          bundle: true,
          write: false,
          minify,
          target,
          platform: 'browser',
          format: 'iife',
          legalComments: 'none',
          logLevel: 'warning',
          metafile: true,
        });
        const watchFiles = Object.keys(result.metafile.inputs).map((input) =>
          path.resolve(absWorkingDir, input),
        );
        const contents = `export const text = ${JSON.stringify(result.outputFiles[0].text)};`;
        return { contents, loader: 'js', watchFiles };
      });
    },
  };
}
