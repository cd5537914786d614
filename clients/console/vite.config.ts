import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** The gateway serves exactly what is listed here: one path a line, below the page's folder. */
function listOfFiles(): Plugin {
  return {
    name: 'tidegate-list-of-files',
    apply: 'build',
    writeBundle(options, bundle) {
      const files = [...Object.keys(bundle), 'icon.svg'].sort();
      writeFileSync(resolve(options.dir!, 'files.txt'), `${files.join('\n')}\n`);
    },
  };
}

export default defineConfig({
  // index.html is at /, everything else below /console/.
  base: '/console/',
  resolve: { conditions: ['tidegate-source', 'browser', 'module', 'import', 'default'] },
  build: {
    // Emptied first: an empty name would mean this folder.
    outDir: process.env['TIDEGATE_CONSOLE_OUT'] || 'target/page',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy knows no data: addresses and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [listOfFiles()],
  server: {
    // `npm run dev` in front of a running demo.
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/openapi.yaml': 'http://127.0.0.1:8080',
      '/ws': { target: 'http://127.0.0.1:8080', ws: true, changeOrigin: true, rewriteWsOrigin: true },
    },
  },
});
