// Mocha's dot reporter that also writes how many passed and failed to RUNLENS_TEST_RESULT.
'use strict';
const fs = require('node:fs');
const { reporters } = require('mocha');

module.exports = class extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env.RUNLENS_TEST_RESULT;
      const { passes, failures, pending } = this.stats;
      // A pending test is one that did not run: nothing is skipped to pass.
      if (file)
        fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures + pending }));
    });
  }
};
