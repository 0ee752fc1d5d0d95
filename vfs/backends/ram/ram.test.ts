// The conformance suite on the in-memory store.
import { conformance } from '../../conformance/index.ts';
import { ram } from './index.ts';

conformance('ram', () => ({ backend: ram(), dispose: () => {} }));
