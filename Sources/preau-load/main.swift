internal import Load
internal import Runtime

Program.run("preau-load") { try LoadCommand.run($0) }
