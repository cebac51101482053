internal import Launch

Program.run("preau-node") { try NodeProcess.run($0) }
