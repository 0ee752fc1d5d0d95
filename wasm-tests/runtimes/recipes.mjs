// The code blocks of docs/recipes.md, as the smoke tests run them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the block of that name, which stands behind its fence and its language.
 * @param {string} name
 */
export function recipe(name) {
  const text = readFileSync(join(import.meta.dirname, '../../docs/recipes.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\w+ (\S+)\n([^]*?)^```$/gm)].filter(([, found]) => found === name);
  if (blocks.length !== 1) throw new Error(`docs/recipes.md has ${blocks.length} blocks of the name ${name}`);
  return /** @type {string} */ (blocks[0]?.[2]);
}

/**
 * Resolves `recipe:NAME` to a block, whose own imports are resolved as those of a file here.
 * @type {import('esbuild').Plugin}
 */
export const recipes = {
  name: 'recipes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^recipe:/ }, ({ path }) => ({ path: path.slice('recipe:'.length), namespace: 'recipe' }));
    onLoad({ filter: /./, namespace: 'recipe' }, ({ path }) => ({
      contents: recipe(path),
      resolveDir: import.meta.dirname,
    }));
  },
};
