#!/usr/bin/env node
// The binary: sets V8's flags, then runs the program, which the build has put into one script beside this file. Node
// keeps the compiled code of programs by itself from version 22 on only.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { keptScript } from './base/kept-code.ts';

// All data is in the arena, so what the collector finds young is dead: a young generation that grows under load costs
// 10 MB of memory and saves nothing.
setFlagsFromString('--semi-space-growth-factor=1');
// With next to nothing that survives, helpers have nothing to do but to be waited for: on two busy cores a scavenge
// takes 0.2 ms without them and 0.9 with them, at worst 1 and 30.
setFlagsFromString('--no-parallel-scavenge');
// A command is many small functions, more than V8 takes into one by default (920): with this, commands need 0.8 of the
// CPU time once they are compiled. Still more in one (4000) is 0.97 of that, and half as much again to compile.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=2500');

interface Module {
  exports?: typeof import('./program.ts');
}
type Wrapper = (module: Module, require: NodeJS.Require, __filename: string) => void;

const file = fileURLToPath(new URL('program.cjs', import.meta.url));
const { script, isKept, keep } = keptScript(file, '(function (module, require, __filename) {', '\n})');
const program: Module = {};
const load = script.runInThisContext() as Wrapper;
load(program, createRequire(file), file);
const serves = await program.exports!.run();
// By now whatever a start needs is compiled.
if (serves && !isKept) keep();
