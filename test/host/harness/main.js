exports.activate = () => {}; // only carries the tests when the extension is installed from its package
