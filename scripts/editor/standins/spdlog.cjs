// Stands in for the native module @vscode/spdlog (half a minute of C++): the same calls, plain text files, no rotation.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

class Logger {
  constructor(_type, _name, file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.fd = fs.openSync(file, 'a');
    this.level = 0;
    this.plain = false;
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.plain = true;
  } // output channels: the text exactly as given
  flush() {}
  drop() {
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = undefined;
  }
  write(name, number, message) {
    if (this.fd === undefined || number < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    fs.writeSync(this.fd, this.plain ? message : `${time} [${name}] ${message}\n`);
  }
}
['trace', 'debug', 'info', 'warning', 'error', 'critical'].forEach((name, number) => {
  Logger.prototype[name === 'warning' ? 'warn' : name] = function (message) {
    this.write(name, number, message);
  };
});

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = async (name, file) => new Logger('rotating', name, file);
exports.createAsyncRotatingLogger = exports.createRotatingLogger;
