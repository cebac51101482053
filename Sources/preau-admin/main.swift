internal import Launch
internal import Runtime

Program.run("preau-admin") { try AdminProcess.run($0) }
