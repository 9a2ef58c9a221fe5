extension NamedDifference {
  /// All of them. Where nothing is listed, our reply is courier's, byte by byte.
  static let all: [NamedDifference] =
    hashes + rows + [
      NamedDifference(
        reason: "a password is all bytes to its line feed; courier cuts it at NUL and takes the rest for nothing",
        labels: usable.map { "\($0)/NUL and more" }, courier: .account, ours: .fail),
      NamedDifference(
        reason: "NUL in a user name is refused; courier cuts the name there",
        labels: [#"PRE name "sha256\0@example.org""#, #"PRE name "sha256@example.org\0x""#], courier: .account,
        ours: .fail),
      NamedDifference(
        reason: "the payload is two lines by position; courier drops empty lines and ignores those behind the password",
        labels: [
          "a line behind the password", "an empty user shifts the fields", "a line feed before the password",
          "a line feed in the user", "an empty service",
        ], courier: .account, ours: .fail),
      NamedDifference(
        reason:
          "a payload that is not service, type and two lines is refused; courier closes when even the type is missing",
        labels: ["a shorter length than the payload", "no type line"], courier: .closed, ours: .fail),
      NamedDifference(
        reason: "a length that no 32 bits hold is no length; courier's wraps around",
        labels: ["AUTH with a length that wraps"],
        courier: .account, ours: .closed),
      NamedDifference(
        reason:
          "CRAM needs a stored clear password; for courier's authsqlite a missing one is the empty one, and anybody gets in",
        labels: CRAMLabels.withoutKey, courier: .account, ours: .fail, only: [.sqlite]),
      NamedDifference(
        reason: "an empty name is sent, as courier's other modules do; its authmysql leaves it out",
        labels: ["no-name@odd.example/right"] + lookups("no-name@odd.example"), courier: .account, ours: .account,
        only: [.mariadb]),
      NamedDifference(
        reason: "PASSWD with fewer than four fields is refused; courier closes without a reply",
        labels: ["change with too few fields", "change with no fields"], courier: .closed, ours: .fail),
      NamedDifference(
        reason:
          "user names are bound, so that one with a quote can change its password; courier splices it into the statement",
        labels: ["change for a name with a quote"], courier: .fail, ours: .ok),
      NamedDifference(
        reason: "clients hold a reply in 8,192 bytes: a longer one is never sent",
        labels: ["right"].map { "long-options@odd.example/\($0)" } + lookups("long-options@odd.example"),
        courier: .account,
        ours: .closed),
    ]

  /// Accounts that can log in with courier's server.
  private static let usable =
    MailAccounts.plain.filter { $0 != "ssha8@example.org" }
    + ["noimap", "nopop", "shared", "quota", "utf8name"].map { "\($0)@example.org" }
    + [
      "md5", "md5raw", "sha", "sha512", "lowercase", "bare-sha256crypt", "des", "differs", "comma", "no-name",
      "no-maildir",
      "options", "quote\"\\back", "with space", "hash#mark", "Mixed", "tab-name", "long-options",
    ].map { "\($0)@odd.example" }

  /// Labels of the logins with another password than the right one.
  private static func wrong(_ user: String) -> [String] {
    ["longer", "shorter", "capital", "trailing space", "leading space", "stored"].map { "\(user)/\($0)" }
  }

  /// Labels of the look-ups that find the account.
  private static func lookups(_ user: String) -> [String] {
    ["PRE", "PRE by module", "PRE, service courier"].map { "\(user)/\($0)" }
  }

  private static let hashes: [NamedDifference] =
    [
      NamedDifference(
        reason: "salts of any length are verified; courier knows four bytes only", labels: ["ssha8@example.org/right"],
        courier: .fail, ours: .account)
    ]
    + ["unknown-scheme", "plain-in-hash", "bad-base64"].map { name in
      NamedDifference(
        reason:
          "a hash that cannot be verified is our trouble, not the user's: temporary failure, where courier says FAIL",
        labels: ["\(name)@odd.example/right"] + wrong("\(name)@odd.example"), courier: .fail, ours: .closed)
    }

  /// Rows that cannot be served are temporary failures, whatever the password.
  private static let rows: [NamedDifference] =
    ["line-feed-name", "line-feed-home", "line-feed-options", "uid-negative"].flatMap {
      row(
        $0, "a row that forges lines, or whose uid is none, is not served; courier serves it", rightIs: .account,
        foundIs: .account)
    }
    + ["uid-word", "uid-huge", "uid-null", "uid-empty"].flatMap {
      row(
        $0, "a uid that is no number is not served; courier's authsqlite makes 0 of it", rightIs: .account,
        foundIs: .account, only: [.sqlite])
        + row(
          $0, "a uid that is no number is our trouble; courier's authpgsql says FAIL", rightIs: .fail, foundIs: .closed,
          only: [.postgresql])
    }
    + ["uid-word", "uid-null", "uid-empty"].flatMap {
      row(
        $0, "a uid that is no number is our trouble; courier's authmysql says FAIL", rightIs: .fail, foundIs: .closed,
        only: [.mariadb])
    }
    + row(
      "uid-huge", "a uid that is too large is not served; courier's authmysql makes the largest one of it",
      rightIs: .account, foundIs: .account, only: [.mariadb])
    + ["home-null", "home-empty"].flatMap {
      row(
        $0, "an account needs a home; courier logs it in without one and denies that it exists", rightIs: .account,
        foundIs: .fail, only: [.sqlite, .postgresql])
        + row(
          $0, "an account needs a home, and one without is our trouble; courier's authmysql says FAIL", rightIs: .fail,
          foundIs: .closed, only: [.mariadb])
    }

  private static func row(
    _ name: String, _ reason: String, rightIs: Answer, foundIs: Answer, only: [BackEndKind] = BackEndKind.allCases
  ) -> [NamedDifference] {
    let user = "\(name)@odd.example"
    let all = [
      NamedDifference(reason: reason, labels: ["\(user)/right"], courier: rightIs, ours: .closed, only: only),
      NamedDifference(
        reason: "a password that no hash can be made of is refused before the row is looked at",
        labels: ["\(user)/NUL and more"], courier: rightIs, ours: .fail, only: only),
      NamedDifference(reason: reason, labels: wrong(user), courier: .fail, ours: .closed, only: only),
      NamedDifference(reason: reason, labels: lookups(user), courier: foundIs, ours: .closed, only: only),
    ]
    return all.filter { $0.courier != $0.ours }
  }

  private enum CRAMLabels {
    /// Accounts whose clear column is NULL, answered with an empty key.
    static let withoutKey = ["cram-md5", "cram-sha1", "cram-sha256"].flatMap { type in
      ["sha256@example.org", "nopw@example.org"].map { "\(type) \($0) with no key" }
    }
  }
}
