internal import ArgumentParser
internal import Passwords
internal import Secrets

/// `gatepost password verify`: says whether a password belongs to a hash.
struct PasswordVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a password against a hash.",
    discussion: """
      A hash is full of dollar signs: put it between single quotes. On the command line it can be seen by all who may list
      processes; --hash-stdin reads it from standard input instead (with --password-stdin: the hash first, then the
      password, a line each).
      Exit status: 0 match, 1 mismatch or a locked account, 64 usage, 75 the hash cannot be verified.
      """)

  @Argument(help: "The stored hash.")
  var hash: String?

  @Option(help: "The account's login name, for schemes whose hashes depend on it (DIGEST-MD5).")
  var user: String?

  @Flag(help: "Read the hash from standard input: one line.")
  var hashStdin = false

  @Flag(help: "Read the password from standard input: one line.")
  var passwordStdin = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if (hash == nil) != hashStdin { throw ValidationError("Give either the hash or --hash-stdin.") }
  }

  func run() throws {
    let stored = try hash.map { Secret(text: $0) } ?? PasswordInput.line()
    let password = try PasswordInput.password(fromStandardInput: passwordStdin)
    let verdict = PasswordSchemes.verify(
      password, of: user.map { Array($0.utf8) }, against: stored, using: CryptScratch())
    var scheme: String?
    if case .scheme(let recognised) = PasswordSchemes.recognise(stored) { scheme = recognised.name }
    let (word, sentence, status): (JSONValue, String, ExitCode) =
      switch verdict {
      case .match: ("match", "match: the password is right", .success)
      case .mismatch: ("mismatch", "mismatch: the password is wrong", .refused)
      case .locked: ("locked", "locked: the account has no usable password", .refused)
      case .unverifiable(let what): ("unverifiable", "unverifiable: \(what)", .temporary)
      }
    var reason: String?
    if case .unverifiable(let what) = verdict { reason = what }
    let value: JSONValue = ["verdict": word, "scheme": .optional(scheme), "reason": .optional(reason)]
    let suffix = scheme.map { " (\($0))" } ?? ""
    try standardOutput((json ? value.line : sentence + suffix) + "\n")
    if status != .success { throw status }
  }
}
