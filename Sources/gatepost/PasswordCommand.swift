internal import ArgumentParser

/// `gatepost password`: makes and checks hashes, lists schemes.
struct PasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Make and check password hashes.",
    subcommands: [PasswordHashCommand.self, PasswordVerifyCommand.self, PasswordSchemesCommand.self])
}
