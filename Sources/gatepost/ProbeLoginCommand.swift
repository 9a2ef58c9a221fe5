internal import ArgumentParser
internal import AuthdaemonWire
internal import Secrets

/// `gatepost probe login USER`: AUTH.
struct ProbeLoginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Log in (AUTH): is this password right?",
    discussion: """
      The password is asked for at the terminal, without echo:

        gatepost probe login alice@example.org
        printf 'secret\\n' | gatepost probe login alice@example.org \\
          --password-stdin --service smtp
      """)

  @Argument(help: "The user name, as a mail program would send it.")
  var user: String

  @Flag(help: "Read the password from standard input: one line.")
  var passwordStdin = false

  @OptionGroup var options: ProbeOptions

  func validate() throws { _ = try options.userID(user) }

  func run() throws {
    let userID = try options.userID(user)
    let password = try options.carried(PasswordInput.password(fromStandardInput: passwordStdin))
    let request = RequestEncoder.login(
      service: options.serviceBytes, userID: userID, password: password, remoteAddress: options.remoteAddress)
    try ProbeReport.ask(options, request).conclude(
      options, accepted: "accepted: \(user) may log in",
      refused: "refused: no such user, or the password is wrong; the server's log says which")
  }
}
