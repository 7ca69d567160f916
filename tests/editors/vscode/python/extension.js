// As much of the Python extension's API as lerp uses: the selected interpreter is that of the environment that the tests made.
const vscode = require('vscode');

exports.activate = () => {
  const path = `${process.env.LERP_TEST_ENVIRONMENT}/python`;
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path }),
      resolveEnvironment: async (environment) => ({ executable: { uri: vscode.Uri.file(environment.path) } }),
      onDidChangeActiveEnvironmentPath: new vscode.EventEmitter().event,
    },
  };
};
