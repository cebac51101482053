internal import Runtime
internal import SAMLProcess

Program.run("preau-saml") { try SAMLProcess.run($0) }
