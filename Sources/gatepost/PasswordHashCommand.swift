internal import ArgumentParser
internal import Passwords
internal import Secrets

/// `gatepost password hash`: prints what belongs into the database for a password.
struct PasswordHashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Make a hash of a password.",
    discussion: """
      The password is asked for twice at the terminal, without echo. The hash goes to standard output.
      Exit status: 0 done, 1 the two passwords differ or the scheme cannot take this one, 64 usage.
      """)

  @Option(
    help:
      "The scheme, perhaps with its cost, as in BLF-CRYPT:12; see `gatepost password schemes` (default: \(PasswordSchemes.standard.name))."
  )
  var scheme: String?

  @Option(
    help: "The work: rounds, the cost of bcrypt, yescrypt and scrypt, or Argon2's KiB (default: the scheme's own).")
  var rounds: Int?

  @Flag(help: "Read the password from standard input: one line.")
  var passwordStdin = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if rounds != nil, scheme?.contains(":") == true {
      throw ValidationError("Give the work either behind the scheme or with --rounds.")
    }
  }

  func run() throws {
    let chosen = try chosenScheme()
    let password = try PasswordInput.newPassword(fromStandardInput: passwordStdin)
    var random = SystemRandomNumberGenerator()
    let hash: Secret
    do {
      hash = try PasswordSchemes.make(password, scheme: chosen, random: &random, using: CryptScratch())
    } catch {
      throw PasswordInput.failure("cannot make the hash: \(error)", .refused)
    }
    if chosen.isWeak { standardError("gatepost: \(chosen.name) is weak; it is no scheme for new passwords") }
    // This is the one place where a stored hash is meant to be seen.
    let text = hash.withBytes { String(decoding: $0, as: UTF8.self) }
    let value: JSONValue = ["scheme": .string(chosen.name), "weak": .bool(chosen.isWeak), "hash": .string(text)]
    try standardOutput((json ? value.line : text) + "\n")
  }

  private func chosenScheme() throws -> PasswordScheme {
    var chosen = PasswordSchemes.standard
    if let scheme {
      do throws(SchemeSpellingError) {
        chosen = try PasswordScheme(spelling: scheme)
      } catch {
        let names = PasswordSchemes.all.map(\.name).joined(separator: ", ")
        let advice = if case .unknownScheme = error { "; there are \(names)" } else { "" }
        throw PasswordInput.failure("\(error)\(advice)", .usage)
      }
    }
    guard let rounds else { return chosen }
    do {
      return try chosen.with(rounds: rounds)
    } catch {
      throw PasswordInput.failure("\(error)", .usage)
    }
  }
}
