import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { startWebHost } from 'fluxion-recorder/main';

/** The host process while `vite` serves: beside the development server. */
function recorderHost() {
  return {
    name: 'recorder-host',
    async configureServer({ httpServer }) {
      if (httpServer === null) return;
      const host = await startWebHost({
        server: httpServer,
        app: { name: 'Vite', version: 'development' },
        dataDir: resolve(import.meta.dirname, 'data'),
        captureConsole: false,
      });
      httpServer.once('close', () => void host.close());
    },
  };
}

export default defineConfig({
  plugins: [recorderHost()],
  // Up to Vite 7: it would make one file of the recorder, and look for its workers beside that.
  optimizeDeps: { exclude: ['fluxion-recorder'] },
  environments: { ssr: { build: { outDir: 'server', rolldownOptions: { input: 'server.ts' } } } },
  builder: {},
});
