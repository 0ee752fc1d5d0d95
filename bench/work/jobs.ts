// The list of jobs: the rows of the table of real programs.
import { clang, clangxx } from './clang.ts';
import type { Job } from './job.ts';
import { python, pythonStart } from './python.ts';
import { ripgrep } from './ripgrep.ts';
import { ruby } from './ruby.ts';
import { sqlite } from './sqlite.ts';

/** The rows of the table. */
export const JOBS: readonly Job[] = [sqlite, clang, clangxx, pythonStart, python, ruby, ripgrep];
