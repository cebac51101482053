internal import Launch
internal import Runtime

Program.run("preau-node") { try NodeProcess.run($0) }
