// Stands in for the Python Debugger extension, which no test can download: the same debug type over the package debugpy
// of the test environment. As there, `connect` means debugpy's adapter that already listens; else one is started.
const vscode = require('vscode');

const createDebugAdapterDescriptor = ({ configuration: { connect } }) =>
  connect
    ? new vscode.DebugAdapterServer(connect.port, connect.host)
    : new vscode.DebugAdapterExecutable(process.env.RUNLENS_TEST_PYTHON, ['-m', 'debugpy.adapter']);

exports.activate = ({ subscriptions }) => {
  subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory('debugpy', { createDebugAdapterDescriptor }),
  );
};
