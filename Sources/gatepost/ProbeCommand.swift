internal import ArgumentParser

/// `gatepost probe`: asks a socket as a real client would.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Ask a socket as a mail program would, and show the answer.",
    discussion: """
      Works on every server of the authdaemond protocol, gatepost or courier's.
      Exit status: 0 accepted, 1 refused, 75 temporary failure (no answer, or
      nobody there).
      """,
    subcommands: [
      ProbeLoginCommand.self, ProbeAccountCommand.self, ProbeListCommand.self, ProbeSetPasswordCommand.self,
    ])
}
