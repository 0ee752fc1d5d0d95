import { conformance } from '../conformance.ts';
import { ram } from './index.ts';

conformance('ram', () => ({ backend: ram(), dispose: () => {} }));
