internal import ArgumentParser
internal import Secrets

/// Where the password commands take their passwords from; each failure is a line on standard error and an exit status.
enum PasswordInput {
  /// An existing password: asked for once.
  static func password(fromStandardInput: Bool) throws -> Secret {
    fromStandardInput
      ? try line() : try guarded { () throws(PasswordPrompt.Failure) in try PasswordPrompt.read("Password: ") }
  }

  /// A new password: asked for twice at the terminal.
  static func newPassword(fromStandardInput: Bool) throws -> Secret {
    fromStandardInput ? try line() : try guarded { () throws(PasswordPrompt.Failure) in try PasswordPrompt.readNew() }
  }

  /// A line of standard input.
  static func line() throws -> Secret {
    try guarded { () throws(PasswordPrompt.Failure) in try PasswordPrompt.line() }
  }

  /// Says what went wrong.
  /// - Returns: the status to throw.
  static func failure(_ text: String, _ status: ExitCode) -> ExitCode {
    standardError("gatepost: \(text)")
    return status
  }

  private static func guarded(_ body: () throws(PasswordPrompt.Failure) -> Secret) throws -> Secret {
    do throws(PasswordPrompt.Failure) {
      return try body()
    } catch {
      throw failure("\(error)", error == .differing || error == .cancelled ? .refused : .usage)
    }
  }
}
