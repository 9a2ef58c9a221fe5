internal import ArgumentParser

/// The command line: `gatepost serve`, `check`, `probe`, `forgive`, `bench`, `password`.
@main
struct Gatepost: AsyncParsableCommand {
  /// As released; `CHANGELOG.md` says what each holds.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "gatepost",
    abstract: "Answers Courier's authdaemond protocol from SQL databases.",
    discussion: """
      courier-imap, courier-pop3, maildrop and, through cyrus-sasl, Postfix ask
      one Unix socket who may log in; gatepost answers from SQLite, PostgreSQL and MariaDB.

      Exit status: 0 done or accepted, 1 refused or a check failed, 64 usage,
      75 temporary failure, 78 configuration error.
      """,
    version: version,
    subcommands: [
      ServeCommand.self, CheckCommand.self, ProbeCommand.self, ForgiveCommand.self, BenchCommand.self,
      PasswordCommand.self,
    ])

  /// Every command may hold a password sooner or later.
  static func main() async {
    ProcessMemory.hide()
    await main(nil)
  }
}
