internal import ArgumentParser
internal import AuthdaemonWire
internal import Secrets

/// `gatepost probe set-password USER`: PASSWD.
struct ProbeSetPasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-password",
    abstract: "Change a password (PASSWD), as webmail does. It is really changed.",
    discussion: """
      The old password is asked for, then the new one twice. With
      --password-stdin: two lines of standard input, the old and the new one.
      """)

  @Argument(help: "The user name.")
  var user: String

  @Flag(help: "Read both passwords from standard input: the old one and the new one, a line each.")
  var passwordStdin = false

  @OptionGroup var options: ProbeOptions

  func validate() throws { _ = try options.userID(user) }

  func run() throws {
    let userID = try options.userID(user)
    let old = try carried(PasswordInput.password(fromStandardInput: passwordStdin))
    let new = try carried(PasswordInput.newPassword(fromStandardInput: passwordStdin))
    let request = RequestEncoder.setPassword(
      service: options.serviceBytes, userID: userID, oldPassword: old, newPassword: new,
      remoteAddress: options.remoteAddress)
    try ProbeReport.ask(options, request).conclude(
      options, accepted: "changed: \(user) has the new password",
      refused: "refused: no such user, the old password is wrong, or password changes are not configured")
  }

  /// PASSWD separates its fields by TABs on one line.
  private func carried(_ password: Secret) throws -> Secret {
    let isFit = password.withBytes { bytes in !bytes.isEmpty && !bytes.contains { $0 < 0x20 } }
    guard isFit else { throw ExitCode.misuse("a password must not be empty or hold control characters here") }
    return password
  }
}
