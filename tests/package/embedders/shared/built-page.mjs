// The page of a bundler that writes no page: what it built is `assets/main.js`.
import { readFile, writeFile } from 'node:fs/promises';

export async function writePage(title) {
  const page = await readFile('index.html', 'utf8');
  const built = page
    .replace('/src/main.ts', '/assets/main.js')
    .replace('<title>Shop</title>', `<title>${title}</title>`);
  await writeFile('dist/index.html', built);
}
