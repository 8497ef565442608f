import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  contentType,
  documentFiles,
  isHashed,
  viteManifestSchema,
  type ViteManifest,
} from '../../../../src/shared/serve/document-files.js';

const manifest: ViteManifest = {
  'app/index.html': {
    file: 'assets/app-AAAAAAAA.js',
    isEntry: true,
    imports: ['_shared.js'],
    css: ['assets/app-B.css'],
  },
  'panel/index.html': {
    file: 'assets/panel-CCCCCCCC.js',
    isEntry: true,
    imports: ['_shared.js'],
    dynamicImports: ['panel/lazy.ts'],
    assets: ['assets/seal-worker-DDDDDDDD.js'],
  },
  'panel/lazy.ts': { file: 'assets/lazy-EEEEEEEE.js', imports: ['_cycle.js'] },
  '_cycle.js': { file: 'assets/cycle-FFFFFFFF.js', imports: ['panel/lazy.ts'], css: ['assets/cycle-G.css'] },
  '_shared.js': { file: 'assets/shared-HHHHHHHH.js' },
};

describe('the files of a document', () => {
  it('are itself and all that it reaches, and no other document', () => {
    expect([...documentFiles(manifest, ['panel/index.html'])].sort()).toEqual([
      'assets/cycle-FFFFFFFF.js',
      'assets/cycle-G.css',
      'assets/lazy-EEEEEEEE.js',
      'assets/panel-CCCCCCCC.js',
      'assets/seal-worker-DDDDDDDD.js',
      'assets/shared-HHHHHHHH.js',
      'panel/index.html',
    ]);
    expect(documentFiles(manifest, ['app/index.html']).has('assets/panel-CCCCCCCC.js')).toBe(false);
  });

  it('cannot be asked of a document that was not built', () => {
    expect(() => documentFiles(manifest, ['panel/other.html'])).toThrow('panel/other.html');
  });

  it('cannot lead out of the output folder', () => {
    for (const file of ['../secret', '/etc/passwd', 'a\\..\\b', 'C:/x', 'a//b', 'a/./b', 'a\0b', '']) {
      expect(v.is(viteManifestSchema, { x: { file } }), file).toBe(false);
    }
    expect(v.is(viteManifestSchema, manifest)).toBe(true);
  });

  it('have a type, and are kept for ever only with a hash in the name', () => {
    expect(contentType('a/index.html')).toContain('text/html');
    expect(contentType('assets/x.unknown')).toBe('application/octet-stream');
    expect(isHashed('assets/app-AAAAAAAA.js')).toBe(true);
    expect(isHashed('panel/index.html')).toBe(false);
  });
});
