// The arrows of docs/architecture.md. Type-only imports count (tsPreCompilationDeps); those inside .svelte files are
// checked by ESLint (eslint.config.js), which dependency-cruiser cannot see.

/**
 * A room of src may import itself and the named rooms.
 * @param {string} name
 * @param {...string} others
 */
const room = (name, ...others) => ({
  name: `${name}-arrows`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/${name}/`, ...others.map((path) => `^src/${path}`)] },
});
/**
 * A library that could be replaced one day has one importer.
 * @param {string} library
 * @param {string} path
 */
const oneImporter = (library, path) => ({
  name: `one-importer-of-${library}`,
  severity: 'error',
  from: { path: '^(src|examples)', pathNot: path },
  to: { path: `(^|node_modules/)${library}(/|$)` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    room('shared'),
    room('recorder', 'shared/', 'viewer/replay\\.ts$', 'live/publisher/'),
    room('live', 'shared/'),
    room('main', 'shared/', 'store/'),
    room('store', 'shared/'),
    room('desk', 'shared/', 'store/'),
    room('cli', 'shared/', 'store/'),
    room('viewer', 'shared/', 'live/subscriber/'),
    {
      name: 'panel-only-uses-replay',
      severity: 'error',
      comment: 'Only the panel shows a preview; the recorder that every page loads carries nothing of the viewer.',
      from: { path: '^src/recorder/', pathNot: '^src/recorder/panel/' },
      to: { path: '^src/viewer/' },
    },
    {
      name: 'services-know-no-host',
      severity: 'error',
      from: { path: '^src/main/services/' },
      to: { path: '^src/main/(web|electron)/|^src/main/(index|preload)\\.ts$' },
    },
    {
      name: 'hosts-do-not-mix',
      severity: 'error',
      from: { path: '^src/main/web/' },
      to: { path: '^src/main/electron/' },
    },
    {
      name: 'electron-rooms',
      severity: 'error',
      from: {
        path: '^(src|examples)',
        pathNot: '^src/main/(index|preload)\\.ts$|^src/main/electron/|^examples/[^/]+/electron/',
      },
      to: { path: '(^|node_modules/)electron(/|$)' },
    },
    {
      name: 'model-knows-no-svelte',
      severity: 'error',
      from: { path: '^src/viewer/model/' },
      to: { path: 'node_modules/svelte|\\.svelte(\\.ts)?$' },
    },
    {
      name: 'viewer-layers',
      severity: 'error',
      comment: 'panels → components, state; state → model, sources.',
      from: { path: '^src/viewer/(components|model|sources)/' },
      to: { path: '^src/viewer/(panels|state)/' },
    },
    oneImporter('rrweb', '^src/recorder/lanes/dom'),
    oneImporter('rrweb-player', '^src/viewer/replay-document'),
    oneImporter('dexie', '^src/recorder/ring/store'),
    oneImporter('fflate', '^src/shared/bundle/'),
    oneImporter('simple-peer', '^src/live/peer\\.ts$'),
    oneImporter('mediabunny', '^src/recorder/lanes/screen/'),
    oneImporter('age-encryption', '^src/shared/crypto/age\\.ts$'),
    oneImporter('@aws-sdk', '^src/store/s3/'),
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A Svelte 5 component that draws a tree imports itself.',
      from: { pathNot: '/ValueTree\\.svelte$' },
      to: { circular: true },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'example-uses-public-entries',
      severity: 'error',
      from: { path: '^examples/' },
      to: {
        path: '^src/',
        pathNot: '^src/(main/index|main/preload|recorder/entry|viewer/replay|shared/bundle/index)\\.ts$',
      },
    },
    {
      name: 'no-tool-in-src',
      severity: 'error',
      comment:
        'All packages are development dependencies: what a page or a host process needs is bundled, what a desk needs its operator installs.',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        pathNot: `node_modules/(${[
          ...['electron', 'vite', '@types', '@rrweb/types', 'rrweb', 'rrweb-player', 'svelte', 'dexie', 'mediabunny'],
          ...[
            'simple-peer',
            'valibot',
            'fflate',
            'ws',
            'age-encryption',
            '@noble/hashes',
            'fastify',
            '@fastify/cookie',
          ],
          ...['@fastify/rate-limit', '@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
        ].join('|')})/`,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.css$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['fluxrec-source', 'import', 'types', 'default', 'svelte', 'browser'],
      extensions: ['.ts', '.svelte.ts', '.svelte', '.js', '.mjs', '.json'],
    },
  },
};
