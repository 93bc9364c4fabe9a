import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHARACTERS_TO_READ, caffeLanguageOf } from '../src/content.ts';

const LOG_LINE = 'I1121 01:31:08.316109  2358 solver.cpp:239] Iteration 0, loss = 0.7\n';

test('a net under any name is prototxt', () => {
  assert.equal(caffeLanguageOf('name: "ZF"\nlayer {\n  name: "c"\n  type: "ReLU"\n  bottom: "a"\n}\n'), 'prototxt');
});

test('an old net of layers is prototxt', () => {
  assert.equal(caffeLanguageOf("layers: {\n  type: RELU\n  top: 'a'\n}\n"), 'prototxt');
});

test('a solver under any name is prototxt', () => {
  assert.equal(caffeLanguageOf('net: "train.pt"\nbase_lr: 0.01\nlr_policy: "step"\n'), 'prototxt');
});

test('one word of a solver does not make a solver', () => {
  assert.equal(caffeLanguageOf('max_iter: 3\nnotes: none\n'), undefined);
});

test('a style sheet with a layer is not a net', () => {
  assert.equal(caffeLanguageOf('layer {\n  color: red;\n}\n'), undefined);
});

test('a log of Caffe is known after the shell has spoken', () => {
  assert.equal(caffeLanguageOf(`+ caffe train --solver=s.prototxt\nlibdc1394 error\n${LOG_LINE}`), 'caffe-log');
});

test('a log with the year and a folder in its prefix is known', () => {
  assert.equal(caffeLanguageOf('I20260102 01:31:08.316109  2358 src/caffe/layers/relu_layer.cpp:12] Hm\n'), 'caffe-log');
});

test('a log of another program that uses glog is left alone', () => {
  assert.equal(caffeLanguageOf('I1121 01:31:08.316109  2358 master.cpp:239] Elected\n'), undefined);
});

test('a log that prints its net is a log, not a net', () => {
  assert.equal(caffeLanguageOf(`${LOG_LINE}layer {\n  top: "data"\n}\n`), 'caffe-log');
});

test('only the beginning of a file is looked at', () => {
  assert.equal(caffeLanguageOf('x\n'.repeat(CHARACTERS_TO_READ) + LOG_LINE), undefined);
});
