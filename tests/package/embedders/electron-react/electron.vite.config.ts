import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  // `fluxion-recorder/main` stays outside of the bundle, as every dependency does: it finds the panel beside itself.
  main: { build: { rolldownOptions: { input: resolve('src/main.ts') } } },
  preload: {
    build: {
      // A sandboxed preload script is one CommonJS file.
      externalizeDeps: false,
      rolldownOptions: { input: resolve('src/preload.ts'), output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: '.',
    base: './',
    plugins: [react()],
    build: { rolldownOptions: { input: resolve('index.html') } },
  },
});
