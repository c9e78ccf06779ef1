// Loaded before each test file: the seed on which properties run, as scripts/test.mjs chose and printed it.
import fc from 'fast-check';

const { TEST_SEED: seed } = process.env;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
