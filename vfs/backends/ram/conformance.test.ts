// The conformance suite on the in-memory store.
import { conformance } from '../../../testing/conformance/index.ts';
import { ram } from './index.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

conformance('ram', ram, byUvu());

test.run();
