internal import Launch

Program.run("preau-admin") { try AdminProcess.run($0) }
