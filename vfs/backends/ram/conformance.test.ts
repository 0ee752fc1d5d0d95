// The conformance suite on the in-memory store, and on clones of it.
import { conformance } from '../../../testing/conformance/index.ts';
import { ram } from './index.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

conformance('ram', ram, byUvu());
conformance('a clone of ram', () => ram().clone(), byUvu());

test.run();
