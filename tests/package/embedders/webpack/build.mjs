import { resolve } from 'node:path';
import webpack from 'webpack';
import { writePage } from './built-page.mjs';

const compiler = webpack({
  mode: 'production',
  entry: './src/plain.js',
  output: { path: resolve('dist/assets'), filename: 'main.js', publicPath: '/assets/' },
  performance: false,
});
const stats = await new Promise((done, fail) => {
  compiler.run((error, result) => (error ? fail(error) : done(result)));
});
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
await writePage('webpack');
