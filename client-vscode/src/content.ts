/** Tells Caffe's files by their text, for the names that tell nothing: .txt, .log, .pt and the like. */

export type CaffeLanguage = 'prototxt' | 'caffe-log';

/** How much of a file is looked at. */
export const CHARACTERS_TO_READ = 20_000;

const GLOG_LINE = /^[IWEF](?:\d{4}|\d{8}) \d\d:\d\d:\d\d\.\d+ +\d+ (?:.*[\\/])?(\w+)\.(?:cpp|hpp|cu|h):\d+\] /gm;

/** Source files of Caffe that write to the log of every run, or of every run that fails early. */
const CAFFE_SOURCES = new Set([
  'caffe', 'common', 'solver', 'sgd_solver', 'adam_solver', 'net', 'layer_factory', 'upgrade_proto', 'data_transformer',
  'parallel', 'syncedmem', 'blob', 'math_functions', 'db_lmdb', 'db_leveldb', 'base_data_layer', 'base_conv_layer',
]);

/** At a file's top level these belong to Caffe; a single one says little, so more is asked below. */
const SOLVER_FIELD = /^(net|train_net|base_lr|lr_policy|max_iter|test_interval|snapshot_prefix|solver_mode|weight_decay)\s*:/gm;
const LAYER = /^\s*layers?\s*:?\s*\{/m;
const FIELD_OF_LAYER = /\b(?:bottom|top)\s*:\s*["']/;

export function caffeLanguageOf(text: string): CaffeLanguage | undefined {
  const beginning = text.slice(0, CHARACTERS_TO_READ);
  if (isLog(beginning)) return 'caffe-log';
  return isNet(beginning) || isSolver(beginning) ? 'prototxt' : undefined;
}

function isLog(text: string): boolean {
  for (const line of text.matchAll(GLOG_LINE)) {
    const source = line[1] ?? '';
    if (CAFFE_SOURCES.has(source) || source.endsWith('_layer')) return true;
  }
  return false;
}

function isNet(text: string): boolean {
  return LAYER.test(text) && FIELD_OF_LAYER.test(text);
}

function isSolver(text: string): boolean {
  return new Set(Array.from(text.matchAll(SOLVER_FIELD), (field) => field[1])).size >= 3;
}
