import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const top = join(import.meta.dirname, '..');
const LOCALES = ['', '.zh-cn', '.ja'];

function keysOf(file: string): string[] {
  return Object.keys(JSON.parse(readFileSync(join(top, file), 'utf8'))).sort();
}

function unique(words: Iterable<string>): string[] {
  return [...new Set(words)].sort();
}

const manifest = readFileSync(join(top, 'package.json'), 'utf8');
const keysOfManifest = unique(Array.from(manifest.matchAll(/"%([\w.]+)%"/g), (key) => key[1]!));
const sources = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const sentences = unique(sources.flatMap((name) => {
  const text = readFileSync(join(top, 'src', name), 'utf8');
  return Array.from(text.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g), (call) => call[1]!.replace(/\\'/g, "'"));
}));

for (const locale of LOCALES) {
  test(`package.nls${locale}.json has the manifest's words, and no others`, () => {
    assert.deepEqual(keysOf(`package.nls${locale}.json`), keysOfManifest);
  });
  test(`bundle.l10n${locale}.json has the sources' sentences, and no others`, () => {
    assert.deepEqual(keysOf(`l10n/bundle.l10n${locale}.json`), sentences);
  });
}
