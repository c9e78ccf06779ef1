// Loaded before each test file where CI is set: properties then run on one seed, so that a run that was green stays so.
// Elsewhere every run takes a new one, and prints it where a property fails.
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_260_101 });
