internal import ArgumentParser
internal import AuthdaemonWire

/// `gatepost probe account USER`: PRE.
struct ProbeAccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "Look an account up without a password (PRE), as maildrop does.")

  @Argument(help: "The user name.")
  var user: String

  @Option(help: "The back end to ask, by its name; . is all of them.")
  var module = "."

  @OptionGroup var options: ProbeOptions

  func validate() throws {
    _ = try options.userID(user)
    guard RequestEncoder.carries(Array(module.utf8)), !module.contains(" ") else {
      throw ValidationError("--module must be a word without spaces or control characters.")
    }
  }

  func run() throws {
    let userID = try options.userID(user)
    let request = RequestEncoder.account(
      module: Array(module.utf8), service: options.serviceBytes, userID: userID, remoteAddress: options.remoteAddress)
    try ProbeReport.ask(options, request).conclude(
      options, accepted: "found: \(user)", refused: "refused: no such user, or the account is inactive")
  }
}
