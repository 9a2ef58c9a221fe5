import Configuration
import Testing

/// A text with one kind of mistake, and where it must be found.
struct MistakeCase: Sendable, CustomTestStringConvertible {
  let text: String
  let line: Int?
  let key: String
  let fragments: [String]

  init(_ text: String, line: Int?, key: String, _ fragments: String...) {
    self.text = text
    self.line = line
    self.key = key
    self.fragments = fragments
  }

  var testDescription: String { "\(key): \(fragments.first ?? "")" }
}

@Suite struct MistakeCaseTests {
  @Test(arguments: MistakeCase.all)
  func namesTheMistake(_ example: MistakeCase) {
    let mistakes = Fixture.mistakes(example.text)
    #expect(mistakes.count == 1, "\(mistakes)")
    guard let mistake = mistakes.first else { return }
    #expect(mistake.line == example.line)
    #expect(mistake.key == example.key)
    for fragment in example.fragments {
      #expect(mistake.text.contains(fragment), "\(mistake.text)")
    }
  }

  @Test func theFixtureHasNoMistake() {
    #expect(Fixture.mistakes(Fixture.directory) == [])
  }
}

extension MistakeCase {
  static let all =
    unknownKeys + wrongTypes + values + sockets + throttling + directories + rehashing + presets + queries + peers
    + syntax

  private static func top(_ line: String) -> String { "\(line)\n\(Fixture.directory)" }
  private static func limit(_ line: String) -> String { "\(Fixture.directory)[limits]\n\(line)\n" }
  private static func listen(_ lines: String) -> String { "\(Fixture.directory)[[listen]]\n\(lines)\n" }
  private static func peer(_ lines: String) -> String { "\(Fixture.directory)[[peer]]\n\(lines)\n" }
  private static func directory(_ lines: String) -> String { "[[directory]]\n\(lines)\n" }

  private static let unknownKeys = [
    MistakeCase(top("default_domain = \"a\""), line: 1, key: "default_domain", "did you mean `default-domain`"),
    MistakeCase(top("defualt-domain = \"a\""), line: 1, key: "defualt-domain", "did you mean `default-domain`"),
    MistakeCase(top("mode = \"0660\""), line: 1, key: "mode", "unknown key", "[[listen]]"),
    MistakeCase(top("enumerate = 1"), line: 1, key: "enumerate", "belongs in [directory.queries]"),
    MistakeCase(top("zzzzzz = 1"), line: 1, key: "zzzzzz", "`default-options`", "`limits`", "`throttle`"),
    MistakeCase(top("\"a b\" = 1"), line: 1, key: "\"a b\"", "unknown key"),
    MistakeCase(
      listen("socket = \"/s\"\nuser = \"mail\""), line: 7, key: "listen[1].user", "it belongs in", "or [[peer]]"),
    MistakeCase("\(Fixture.directory)[limit]\n", line: 5, key: "limit", "did you mean `limits`"),
    MistakeCase("\(Fixture.directory)[[directories]]\n", line: 5, key: "directories", "did you mean `directory`"),
    MistakeCase(
      "\(Fixture.directory)mail_root = \"/v\"\n", line: 5, key: "directory[1].mail_root", "did you mean `mail-root`"),
    MistakeCase(limit("hash-treads = 2"), line: 6, key: "limits.hash-treads", "did you mean `hash-threads`"),
    MistakeCase(top("limits.conections = 2"), line: 1, key: "limits.conections", "did you mean `connections`"),
  ]

  private static let throttling = [
    MistakeCase(
      top("throttle.exempt = [\"192.0.2.0/24\", \"192.0.2.1/24\"]"), line: 1, key: "throttle.exempt[2]",
      "without bits behind its prefix"),
    MistakeCase(top("throttle.exempt = \"::1\""), line: 1, key: "throttle.exempt", "an array such as", "a string"),
    MistakeCase(
      top("throttle.exempt = [\"localhost\"]"), line: 1, key: "throttle.exempt[1]", "such as \"192.0.2.0/24\""),
    MistakeCase(top("throttle.max-delay = \"16s\""), line: 1, key: "throttle.max-delay", "from 1ms to 15s"),
    MistakeCase(top("throttle.max_delay = \"1s\""), line: 1, key: "throttle.max_delay", "did you mean `max-delay`"),
    MistakeCase(top("control.socket = \"run\""), line: 1, key: "control.socket", "an absolute path"),
    MistakeCase(
      "control.socket = \"/s\"\n\(listen("socket = \"/./s\""))", line: 1, key: "control.socket", "a path of its own"),
    MistakeCase(top("state-folder = \"var\""), line: 1, key: "state-folder", "such as \"/var/lib/gatepost\""),
  ]

  private static let wrongTypes = [
    MistakeCase(
      top("default-domain = 5"), line: 1, key: "default-domain", "expected a string such as", "found an integer"),
    MistakeCase(
      limit("answer-timeout = 5"), line: 6, key: "limits.answer-timeout", "such as \"25s\"", "found an integer"),
    MistakeCase(limit("connections = \"5\""), line: 6, key: "limits.connections", "a whole number", "found a string"),
    MistakeCase(limit("connections = 1.5"), line: 6, key: "limits.connections", "found a floating-point number"),
    MistakeCase(limit("hash-queue = 1979-05-27"), line: 6, key: "limits.hash-queue", "found a date"),
    MistakeCase(limit("hash-queue = true"), line: 6, key: "limits.hash-queue", "found a boolean"),
    MistakeCase(
      listen("socket = \"/s\"\nmode = 660"), line: 7, key: "listen[1].mode", "such as \"0660\"", "found an integer"),
    MistakeCase(listen("socket = [\"/s\"]"), line: 6, key: "listen[1].socket", "found an array"),
    MistakeCase(
      peer("user = \"root\"\nallow = \"login\""), line: 7, key: "peer[1].allow", "an array such as", "found a string"),
    MistakeCase(
      peer("user = \"root\"\nallow = [\"login\", 7]"), line: 7, key: "peer[1].allow[2]", "found an integer"),
    MistakeCase(
      peer("user = \"root\"\nallow = [\"login\"]\nsecrets = \"no\""), line: 8, key: "peer[1].secrets", "true or false"),
    MistakeCase("[directory]\ntype = \"sqlite\"", line: 1, key: "directory", "[[directory]]", "found a table"),
    MistakeCase("\(Fixture.directory)[[limits]]\n", line: 5, key: "limits", "[limits]", "found an array of tables"),
    MistakeCase("\(Fixture.directory)[[listen]]\nsocket.a = 1", line: 6, key: "listen[1].socket", "found a table"),
    MistakeCase(
      "listen = [ 1 ]\n\(Fixture.directory)", line: 1, key: "listen[1]", "expected a table, found an integer"),
    MistakeCase("peer = []\n\(Fixture.directory)", line: 1, key: "peer", "is empty", "[[peer]]"),
  ]

  private static let values = [
    MistakeCase(
      top("weak-schemes = \"forbid\""), line: 1, key: "weak-schemes", "no such value", "`accept`, `warn` and `refuse`"),
    MistakeCase(
      "\(Fixture.directory)default-scheme = \"PLANE-MD5\"", line: 5, key: "directory[1].default-scheme",
      "no such scheme", "did you mean `PLAIN-MD5`?"),
    MistakeCase(
      "\(Fixture.directory)default-scheme = \"SHA512-CRYPT\"", line: 5, key: "directory[1].default-scheme",
      "needs no default"),
    MistakeCase(
      "\(Fixture.directory)default-scheme = \"my secret\"", line: 5, key: "directory[1].default-scheme",
      "gatepost password schemes"),
    MistakeCase(
      top("verified-login-memory = \"on\""), line: 1, key: "verified-login-memory", "\"off\" or a duration", "1s to 1h"),
    MistakeCase(top("verified-login-memory = \"0s\""), line: 1, key: "verified-login-memory", "from 1s to 1h"),
    MistakeCase(top("verified-login-memory = \"61m\""), line: 1, key: "verified-login-memory", "from 1s to 1h"),
    MistakeCase(
      top("verified-login-memory = false"), line: 1, key: "verified-login-memory", "such as \"2m\"", "found a boolean"),
    MistakeCase(
      limit("answer-timeout = \"5 parsecs\""), line: 6, key: "limits.answer-timeout", "a duration", "5 parsecs"),
    MistakeCase(limit("answer-timeout = \"-5s\""), line: 6, key: "limits.answer-timeout", "a duration"),
    MistakeCase(limit("answer-timeout = \"\""), line: 6, key: "limits.answer-timeout", "a duration"),
    MistakeCase(limit("answer-timeout = \"31s\""), line: 6, key: "limits.answer-timeout", "from 100ms to 29s"),
    MistakeCase(
      limit("answer-timeout = \"99999999999999999999s\""), line: 6, key: "limits.answer-timeout", "a duration"),
    MistakeCase(limit("request-timeout = \"0s\""), line: 6, key: "limits.request-timeout", "from 100ms to 5m"),
    MistakeCase(limit("connections = 0"), line: 6, key: "limits.connections", "from 1 to 1000000", "found 0"),
    MistakeCase(limit("hash-threads = -1"), line: 6, key: "limits.hash-threads", "found -1"),
    MistakeCase(
      limit("hash-queue = 9223372036854775807"), line: 6, key: "limits.hash-queue", "found 9223372036854775807"),
    MistakeCase(limit("hash-memory = 256"), line: 6, key: "limits.hash-memory", "such as \"256MiB\"", "an integer"),
    MistakeCase(limit("hash-memory = \"256MB\""), line: 6, key: "limits.hash-memory", "KiB, MiB or GiB", "256MB"),
    MistakeCase(limit("hash-memory = \"512KiB\""), line: 6, key: "limits.hash-memory", "from 1MiB to 1024GiB"),
    MistakeCase(limit("hash-memory = \"9999999999GiB\""), line: 6, key: "limits.hash-memory", "expected a size"),
    MistakeCase(limit("hash-memory = \"999999999GiB\""), line: 6, key: "limits.hash-memory", "from 1MiB to 1024GiB"),
    MistakeCase(top("log-level = \"verbose\""), line: 1, key: "log-level", "`debug`, `info`"),
    MistakeCase(top("log-level = \"warn\""), line: 1, key: "log-level", "did you mean `warning`"),
    MistakeCase(top("default-domain = \"@example.com\""), line: 1, key: "default-domain", "without \"@\""),
    MistakeCase(top("default-domain = \"\""), line: 1, key: "default-domain", "empty"),
    MistakeCase(top("default-domain = \"a b\""), line: 1, key: "default-domain", "spaces"),
    MistakeCase(top("default-options = \"disablewebmail\""), line: 1, key: "default-options", "name=value"),
    MistakeCase(top("default-options = \"a=1,,b=2\""), line: 1, key: "default-options", "name=value"),
    MistakeCase(top("default-options = \"a=1\\nUID=0\""), line: 1, key: "default-options", "control character"),
  ]

  private static let sockets = [
    MistakeCase(listen("mode = \"0660\""), line: 5, key: "listen[1].socket", "missing"),
    MistakeCase(listen("socket = \"run/s\""), line: 6, key: "listen[1].socket", "absolute path"),
    MistakeCase(listen("socket = \"/run/s/\""), line: 6, key: "listen[1].socket", "a folder's"),
    MistakeCase(listen("socket = \"/run/\\u0001\""), line: 6, key: "listen[1].socket", "control character"),
    MistakeCase(
      listen("socket = \"/\(String(repeating: "s", count: 107))\""), line: 6, key: "listen[1].socket",
      "108 bytes long", "at most 107"),
    MistakeCase(
      listen("socket = \"/s\"\n[[listen]]\nsocket = \"//./s\""), line: 8, key: "listen[2].socket", "same socket",
      "listen[1]"),
    MistakeCase(listen("socket = \"/s\"\nmode = \"0999\""), line: 7, key: "listen[1].mode", "octal", "0999"),
    MistakeCase(listen("socket = \"/s\"\nmode = \"rw\""), line: 7, key: "listen[1].mode", "octal"),
    MistakeCase(listen("socket = \"/s\"\nmode = \"01777\""), line: 7, key: "listen[1].mode", "octal"),
    MistakeCase(listen("socket = \"/s\"\nmode = \"1777\""), line: 7, key: "listen[1].mode", "octal"),
    MistakeCase(listen("socket = \"/s\"\nmode = \"0444\""), line: 7, key: "listen[1].mode", "lets nobody connect"),
    MistakeCase(listen("socket = \"/s\"\ngroup = \"mial\""), line: 7, key: "listen[1].group", "no group \"mial\""),
    MistakeCase(listen("socket = \"/s\"\nowner = \"\""), line: 7, key: "listen[1].owner", "empty"),
    MistakeCase(
      listen("socket = \"/s\"\nowner = \"nss-is-down\""), line: 7, key: "listen[1].owner", "could not look up",
      "Connection refused"),
  ]

  private static let directories = [
    MistakeCase("log-level = \"info\"", line: nil, key: "directory", "missing", "\"sqlite\" or \"postgresql\""),
    MistakeCase("", line: nil, key: "directory", "missing"),
    MistakeCase("directory = []", line: 1, key: "directory", "is empty"),
    MistakeCase(
      directory("database = \"/a\"\npreset = \"courier\""), line: 1, key: "directory[1].type", "missing",
      "`sqlite`, `postgresql` and `mariadb`"),
    MistakeCase(
      directory("type = \"sqlit\"\ndatabase = \"/a\"\npreset = \"courier\""), line: 2, key: "directory[1].type",
      "did you mean `sqlite`"),
    MistakeCase(
      directory("type = \"authpgsql\"\nconnection = \"host=/a\"\npreset = \"courier\""), line: 2,
      key: "directory[1].type",
      "did you mean `postgresql`"),
    MistakeCase(
      directory("type = \"oracle\"\ndatabase = \"/a\"\npreset = \"courier\""), line: 2, key: "directory[1].type",
      "known: `sqlite`, `postgresql` and `mariadb`"),
    MistakeCase(
      directory("type = \"sqlite\"\npreset = \"courier\""), line: 1, key: "directory[1].database", "missing", "sqlite"),
    MistakeCase(
      directory("type = \"sqlite\"\ndatabase = \" \"\npreset = \"courier\""), line: 3, key: "directory[1].database",
      "empty"),
    MistakeCase(
      directory("type = \"sqlite\"\ndatabase = \"a.db\"\npreset = \"courier\""), line: 3, key: "directory[1].database",
      "absolute path of a database"),
    MistakeCase(
      directory("type = \"sqlite\"\ndatabase = \"/a\"\nconnection = \"host=/a\"\npreset = \"courier\""), line: 4,
      key: "directory[1].connection", "not for type `sqlite`", "`database`"),
    MistakeCase(
      directory("type = \"sqlite\"\ndatabase = \"/a\"\npassword-file = \"/p\"\npreset = \"courier\""), line: 4,
      key: "directory[1].password-file", "not for type `sqlite`"),
    MistakeCase(
      directory("type = \"postgresql\"\nconnection = \"host=/a\"\npassword-file = \"p\"\npreset = \"courier\""),
      line: 4,
      key: "directory[1].password-file", "absolute path", "credential:NAME"),
    MistakeCase(
      directory(
        "type = \"postgresql\"\nconnection = \"host=/a\"\npassword-file = \"credential:../x\"\npreset = \"courier\""),
      line: 4, key: "directory[1].password-file", "name of a credential"),
    MistakeCase(
      directory(
        "type = \"postgresql\"\nconnection = \"host=/a\"\npassword-file = \"/etc/gatepost/open\"\npreset = \"courier\""),
      line: 4, key: "directory[1].password-file", "everybody", "0644", "chmod 0640"),
    MistakeCase(
      directory(
        "type = \"postgresql\"\nconnection = \"host=/a password=x\"\npassword-file = \"/p\"\npreset = \"courier\""),
      line: 4, key: "directory[1].password-file", "keep one of them"),
    MistakeCase(
      Fixture.directory + "name = \"a\"\n" + Fixture.directory + "name = \"a\"\n", line: 10, key: "directory[2].name",
      "same name as directory[1]"),
    MistakeCase(
      Fixture.directory + Fixture.directory, line: 5, key: "directory[2].name", "`authsqlite`", "comes from their type"),
    MistakeCase(Fixture.directory + "name = \".\"\n", line: 5, key: "directory[1].name", "letters, digits"),
    MistakeCase(Fixture.directory + "name = \"a b\"\n", line: 5, key: "directory[1].name", "letters, digits"),
    MistakeCase(Fixture.directory + "name = \"\"\n", line: 5, key: "directory[1].name", "empty"),
    MistakeCase(
      Fixture.directory + "name = \"\(String(repeating: "n", count: 65))\"\n", line: 5, key: "directory[1].name",
      "at most 64"),
  ]

  private static func rehash(_ spelling: String, _ more: String = "") -> String {
    Fixture.directory + "rehash-to = \"\(spelling)\"\n" + more
  }

  private static let rehashing = [
    MistakeCase(rehash("BLF-CRPYT:12"), line: 5, key: "directory[1].rehash-to", "did you mean `BLF-CRYPT`"),
    MistakeCase(rehash("ROT13"), line: 5, key: "directory[1].rehash-to", "no such scheme: \"ROT13\""),
    MistakeCase(rehash("CRYPT"), line: 5, key: "directory[1].rehash-to", "which is a prefix", "SHA512-CRYPT"),
    MistakeCase(rehash("SSHA"), line: 5, key: "directory[1].rehash-to", "SSHA is weak"),
    MistakeCase(rehash("PLAIN"), line: 5, key: "directory[1].rehash-to", "PLAIN is weak"),
    MistakeCase(rehash("CRAM-MD5"), line: 5, key: "directory[1].rehash-to", "CRAM-MD5 is weak"),
    MistakeCase(rehash("BLF-CRYPT:16"), line: 5, key: "directory[1].rehash-to", "from 4 to 15"),
    MistakeCase(rehash("SHA512-CRYPT:x"), line: 5, key: "directory[1].rehash-to", "as in \"SHA512-CRYPT:50000\""),
    MistakeCase(rehash("ARGON2ID:m=1048576,t=3"), line: 5, key: "directory[1].rehash-to", "in all passes"),
    MistakeCase(
      rehash("YESCRYPT:11"), line: 5, key: "directory[1].rehash-to", "1048684 KiB", "256MiB", "hash-memory"),
    MistakeCase(
      rehash("ARGON2ID:m=65536", "[limits]\nhash-memory = \"16MiB\"\n"), line: 5, key: "directory[1].rehash-to",
      "65536 KiB", "16MiB"),
    MistakeCase(
      Fixture.directory + "rehash-to = 12\n", line: 5, key: "directory[1].rehash-to", "such as \"BLF-CRYPT:12\""),
    MistakeCase(
      directory(base + "rehash-to = \"BLF-CRYPT\"\n[directory.queries]\naccount = \"SELECT :username\""), line: 4,
      key: "directory[1].rehash-to", "needs a set-password query"),
    MistakeCase(
      directory(
        base + "rehash-to = \"BLF-CRYPT\"\n[directory.queries]\naccount = \"SELECT :username\"\n"
          + "set-password = \"UPDATE a SET clear = :new_password WHERE b = :username\""), line: 4,
      key: "directory[1].rehash-to",
      "stores :new_hash"),
  ]

  private static let base = "type = \"sqlite\"\ndatabase = \"/a\"\n"

  private static let presets = [
    MistakeCase(directory(base), line: 1, key: "directory[1]", "neither `preset` nor", "`courier`, `postfixadmin`,"),
    MistakeCase(
      directory(base + "preset = \"courier\"\n[directory.queries]\naccount = \"SELECT :username\""), line: 5,
      key: "directory[1].queries", "both given"),
    MistakeCase(
      directory(base + "preset = \"postfix-admin\"\nuid = 1\ngid = 1"), line: 4, key: "directory[1].preset",
      "did you mean `postfixadmin`"),
    MistakeCase(directory(base + "preset = \"vpopmail\""), line: 4, key: "directory[1].preset", "known: `courier`"),
    MistakeCase(
      directory(base + "preset = \"courier\"\nuid = 5"), line: 5, key: "directory[1].uid",
      "no parameter of the preset `courier`",
      "`table`"),
    MistakeCase(
      directory(base + "preset = \"courier\"\nlogin = \"address\""), line: 5, key: "directory[1].login",
      "no parameter of the preset"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = 5"), line: 1, key: "directory[1].gid", "missing",
      "`postfixadmin`"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = -1\ngid = 5"), line: 5, key: "directory[1].uid", "found -1"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = 4294967296\ngid = 5"), line: 5, key: "directory[1].uid",
      "to 4294967294"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = 4294967295\ngid = 5"), line: 5, key: "directory[1].uid",
      "to 4294967294"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = 5\ngid = 5\nlogin = \"localpart\""), line: 7,
      key: "directory[1].login",
      "did you mean `local-part`"),
    MistakeCase(
      directory(base + "preset = \"postfixadmin\"\nuid = 5\ngid = 5\nmail-root = \"vmail\""), line: 7,
      key: "directory[1].mail-root", "absolute path"),
    MistakeCase(
      directory(base + "preset = \"iredmail\"\nuid = 5\ngid = 5"), line: 4, key: "directory[1].preset",
      "for PostgreSQL or MariaDB", "SQLite"),
    MistakeCase(
      directory(base + "preset = \"virtual-users\"\nuid = 5\ngid = 5\nmaildir = \"/m\""), line: 7,
      key: "directory[1].maildir", "below the home"),
    MistakeCase(
      directory(base + "preset = \"courier\"\ntable = \"p; DROP\""), line: 5, key: "directory[1].table",
      "a table's name"),
    MistakeCase(
      directory(base + "mail-root = \"/v\"\n[directory.queries]\naccount = \"SELECT :username\""), line: 4,
      key: "directory[1].mail-root", "parameter of presets"),
    MistakeCase(
      directory(base + "preset = \"courier\"\napp-passwords = true"), line: 5, key: "directory[1].app-passwords",
      "no parameter of the preset `courier`"),
    MistakeCase(
      directory(base + "app-passwords = true\n[directory.queries]\naccount = \"SELECT :username\""), line: 4,
      key: "directory[1].app-passwords", "`app-passwords` is the SQL"),
  ]

  private static let queries = [
    MistakeCase(
      directory(base + "[directory.queries]\nenumerate = \"SELECT 1\""), line: 4, key: "directory[1].queries.account",
      "missing"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"\""), line: 5, key: "directory[1].queries.account", "empty"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT :usrname\""), line: 5,
      key: "directory[1].queries.account",
      "column 8", ":usrname", "did you mean :username"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"\"\"\nSELECT 1\nWHERE a = :usernam\n\"\"\""), line: 5,
      key: "directory[1].queries.account", "line 2", "did you mean :username"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT :username\"\nenumerate = \"SELECT :username\""),
      line: 6, key: "directory[1].queries.enumerate", ":username"),
    MistakeCase(
      directory(
        base + "[directory.queries]\naccount = \"SELECT :username\"\napp-passwords = \"SELECT :username, :new_hash\""),
      line: 6,
      key: "directory[1].queries.app-passwords", ":new_hash can stand in set-password and replace-hash only"),
    MistakeCase(
      directory(
        base
          + "[directory.queries]\naccount = \"SELECT :username\"\nreplace-hash = \"UPDATE a SET b = :new_hash WHERE c = :username\""
      ),
      line: 6,
      key: "directory[1].queries.replace-hash", "needs a set-password query"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT a FROM b WHERE c = :domain\""), line: 5,
      key: "directory[1].queries.account", "about no account in particular", ":username or :local_part"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT a FROM b WHERE c = '$(local_part)@$(domain)'\""),
      line: 5, key: "directory[1].queries.account", "about no account", "inside quotes or a comment it is mere text"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT a FROM b WHERE c = ':username'\""), line: 5,
      key: "directory[1].queries.account", "about no account", "inside quotes"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT :username\"\napp-passwords = \"SELECT a FROM b\""),
      line: 6, key: "directory[1].queries.app-passwords", "about no account"),
    MistakeCase(
      directory(
        base + "[directory.queries]\naccount = \"SELECT :username\"\n"
          + "set-password = \"UPDATE a SET b = 'x' WHERE c = :username\""), line: 6,
      key: "directory[1].queries.set-password", "stores no password", ":new_hash, or to :new_password"),
    MistakeCase(
      directory(
        base + "[directory.queries]\naccount = \"SELECT :username\"\nset-password = \"UPDATE a SET b = :new_hash\""),
      line: 6, key: "directory[1].queries.set-password", "about no account"),
    MistakeCase(
      directory(
        base + "[directory.queries]\naccount = \"SELECT :username\"\n"
          + "set-password = \"UPDATE a SET b = :new_hash WHERE c = :username\"\n"
          + "replace-hash = \"UPDATE a SET b = :new_password WHERE c = :username\""), line: 7,
      key: "directory[1].queries.replace-hash", "stores no hash"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT 1; SELECT :username\""), line: 5,
      key: "directory[1].queries.account",
      "second statement"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"SELECT :username\"\nchpass = \"x\""), line: 6,
      key: "directory[1].queries.chpass", "unknown key", "`set-password`"),
    MistakeCase(
      directory(base + "account = \"SELECT :username\"\npreset = \"courier\""), line: 4, key: "directory[1].account",
      "belongs in [directory.queries]"),
  ]

  private static let peers = [
    MistakeCase(peer("allow = [\"login\"]"), line: 5, key: "peer[1]", "`user`, `group` or `uid`"),
    MistakeCase(peer("user = \"postfix\""), line: 5, key: "peer[1].allow", "missing", "`set-password`"),
    MistakeCase(peer("user = \"postfix\"\nallow = []"), line: 7, key: "peer[1].allow", "is empty"),
    MistakeCase(
      peer("user = \"postfix\"\nallow = [\"logn\"]"), line: 7, key: "peer[1].allow[1]", "did you mean `login`"),
    MistakeCase(peer("user = \"postfx\"\nallow = [\"login\"]"), line: 6, key: "peer[1].user", "no user \"postfx\""),
    MistakeCase(peer("group = \"nobodies\"\nallow = [\"login\"]"), line: 6, key: "peer[1].group", "no group"),
    MistakeCase(peer("uid = -1\nallow = [\"login\"]"), line: 6, key: "peer[1].uid", "found -1"),
    MistakeCase(peer("uid = 4294967296\nallow = [\"login\"]"), line: 6, key: "peer[1].uid", "found 4294967296"),
    MistakeCase(peer("uid = \"postfix\"\nallow = [\"login\"]"), line: 6, key: "peer[1].uid", "found a string"),
    MistakeCase(listen("socket = \"/s\"\nallow = [\"logn\"]"), line: 7, key: "listen[1].allow[1]", "`login`"),
    MistakeCase(listen("socket = \"/s\"\nallow = []"), line: 7, key: "listen[1].allow", "is empty"),
    MistakeCase(listen("socket = \"/s\"\nsecrets = true"), line: 7, key: "listen[1].secrets", "[[listen.peer]]"),
    MistakeCase(
      listen("socket = \"/s\"\n[[listen.peer]]\nallow = [\"login\"]"), line: 7, key: "listen[1].peer[1]",
      "`user`, `group` or `uid`"),
    MistakeCase(
      listen("socket = \"/s\"\n[[listen.peer]]\nuser = \"postfx\"\nallow = [\"login\"]"), line: 8,
      key: "listen[1].peer[1].user", "no user \"postfx\""),
    MistakeCase(
      listen(
        "socket = \"/s\"\nallow = [\"login\"]\n[[listen.peer]]\nuid = 0\nallow = [\"login\", \"enumerate\"]"),
      line: 10, key: "listen[1].peer[1].allow", "`enumerate` may not be asked through this socket"),
    MistakeCase(
      peer("user = \"postfix\"\nuid = 5\nallow = [\"login\"]"), line: 7, key: "peer[1].uid", "is 101",
      "no process has both"),
  ]

  private static let syntax = [
    MistakeCase(
      listen("socket = \"/s\"\nmode = 0660"), line: 7, key: "listen[1].mode", "syntax error", "such as \"0660\""),
    MistakeCase(limit("answer-timeout = 5s"), line: 6, key: "limits.answer-timeout", "syntax error", "such as \"25s\""),
    MistakeCase(listen("socket = \"/s\"\ngroup = mail"), line: 7, key: "listen[1].group", "expected a string such as"),
    MistakeCase(listen("socket = \"/s"), line: 6, key: "listen[1].socket", "syntax error at column"),
    MistakeCase(listen("socket ="), line: 6, key: "listen[1].socket", "syntax error", "expected a string"),
    MistakeCase(top("what is this"), line: 1, key: "what", "syntax error"),
    MistakeCase(top("= 5"), line: 1, key: "", "syntax error"),
    MistakeCase("[[directory]\n" + Fixture.directory.dropFirst(14), line: 1, key: "directory[1]", "syntax error"),
    MistakeCase(
      peer("user = \"root\"\nallow = [\"login\"\nsecrets = true"), line: 7, key: "peer[1].allow", "bracket",
      "has no end"),
    MistakeCase(
      directory(base + "[directory.queries]\naccount = \"\"\"\nSELECT 1\n"), line: 5,
      key: "directory[1].queries.account",
      "string that begins here has no end"),
    MistakeCase(listen("socket = \"/s\"\nsocket = \"/t\""), line: 7, key: "listen[1].socket", "redefine"),
    MistakeCase("\(Fixture.directory)[limits]\n[limits]\n", line: 6, key: "limits", "redefine"),
    MistakeCase(top("default-domain = \"a\\u0000b\""), line: 1, key: "", "NUL"),
    MistakeCase(top("default-domain = \"a\u{0}b\""), line: 1, key: "", "NUL"),
    MistakeCase(top("a.a.a.a.a.a.a.a.a.a = 1"), line: 1, key: "", "parts"),
    MistakeCase(top("default-domain = \"\\q\""), line: 1, key: "default-domain", "syntax error", "escape sequence"),
  ]
}
