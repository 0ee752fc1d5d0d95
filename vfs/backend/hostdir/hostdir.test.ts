import { conformance } from '../conformance.ts';
import { subject } from './testing.ts';

conformance('hostdir', () => subject(false));
