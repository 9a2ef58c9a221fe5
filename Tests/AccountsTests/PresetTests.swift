import Accounts
import Testing

@Suite struct PresetTests {
  private func preset(_ name: String) throws -> Preset { try #require(Presets.named(name)) }

  private func problems(_ name: String, _ parameters: PresetParameters) throws -> [String] {
    let preset = try preset(name)
    do {
      _ = try preset.queries(dialect: .sqlite, parameters)
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  /// What each preset takes, in all combinations that matter.
  private func parameters(for preset: Preset) -> [PresetParameters] {
    let flags: [(PresetParameter, WritableKeyPath<PresetParameters, Bool>)] = [
      (.smtpActive, \.smtpActive), (.domainActive, \.domainActive), (.passwordExpiry, \.passwordExpiry),
      (.aliasDomains, \.aliasDomains), (.ignoreAllowNets, \.ignoreAllowNets), (.appPasswords, \.appPasswords),
    ]
    var all = [PresetParameters()]
    for (parameter, flag) in flags where preset.takes.contains(parameter) {
      all += all.map { other in
        var parameters = other
        parameters[keyPath: flag] = true
        return parameters
      }
    }
    if preset.takes.contains(.login) { all += all.map { with($0) { $0.login = .localPart } } }
    if preset.takes.contains(.uid) { all = all.map { with($0) { ($0.uid, $0.gid) = (1, 2) } } }
    if preset.takes.contains(.table) { all = all.map { with($0) { $0.table = "schema.table_1" } } }
    if preset.takes.contains(.mailRoot) { all += all.map { with($0) { $0.mailRoot = "/m" } } }
    return all
  }

  private func with(_ parameters: PresetParameters, _ change: (inout PresetParameters) -> Void) -> PresetParameters {
    var parameters = parameters
    change(&parameters)
    return parameters
  }

  @Test func everyPresetMakesAllQueriesInEveryDialectOfIts() throws {
    #expect(
      Presets.all.map(\.name) == [
        "courier", "postfixadmin", "modoboa", "vimbadmin", "iredmail", "mailcow", "virtual-users",
      ])
    for preset in Presets.all {
      #expect(preset.requires.isSubset(of: preset.takes))
      for dialect in SQLDialect.allCases where preset.dialects.contains(dialect) {
        for parameters in parameters(for: preset) {
          let queries = try preset.queries(dialect: dialect, parameters)
          let enumerate = try #require(queries.enumerate)
          let setPassword = try #require(queries.setPassword)
          for query in [queries.account, enumerate, setPassword] {
            #expect(query.source.contains("schema.table_1") == preset.takes.contains(.table))
            for placeholder in query.rendered().parameters where Placeholder.preset.contains(placeholder) {
              #expect(queries.constants[placeholder] != nil, "\(preset.name): \(placeholder)")
            }
          }
          #expect((queries.appPasswords != nil) == parameters.appPasswords)
          #expect(setPassword.rendered().parameters.contains(.newHash))
          #expect(preset.passwordGrant(dialect: dialect, parameters).hasPrefix("GRANT UPDATE ("))
        }
      }
    }
  }

  @Test func aDatabaseThatThePanelDoesNotSupportIsNamed() throws {
    let mailcow = try preset("mailcow")
    #expect(
      mailcow.objection(to: .postgresql) == "preset mailcow is for MariaDB: mailcow keeps no accounts in PostgreSQL")
    #expect(mailcow.objection(to: .mariadb) == nil)
    #expect(throws: PresetError.self) { try mailcow.queries(dialect: .sqlite, PresetParameters(uid: 1, gid: 1)) }
    #expect(
      try problems("iredmail", PresetParameters(uid: 1)) == [
        "preset iredmail is for PostgreSQL or MariaDB: iRedMail keeps no accounts in SQLite",
        "gid: preset iredmail needs it",
      ])
  }

  /// The tables beside one that has another name.
  @Test(arguments: [
    (nil, "domain"), ("mailbox", "domain"), ("pfa_mailbox", "pfa_domain"), ("postfix.mailbox", "postfix.domain"),
    ("postfix.Pfa_Mailbox", "postfix.Pfa_domain"), ("postfix.boxes", "postfix.domain"), ("boxes", "domain"),
  ]) func siblings(_ table: String?, _ domain: String) throws {
    var parameters = PresetParameters(uid: 1, gid: 1, table: table)
    parameters.domainActive = true
    let queries = try preset("postfixadmin").queries(dialect: .postgresql, parameters)
    #expect(queries.account.source.contains("FROM \(domain) AS d"), "\(queries.account.source)")
  }

  @Test(arguments: [
    ("Maildir", true), (".", true), ("a/b", true), ("", false), ("/a", false), ("a\n", false), ("../a", false),
    ("a/../b", false), (String(repeating: "m", count: 256), false),
  ]) func aMaildirIsBelowTheHome(_ maildir: String, _ isOne: Bool) throws {
    let parameters = with(PresetParameters(uid: 1, gid: 1)) { $0.maildir = maildir }
    #expect(try problems("virtual-users", parameters).isEmpty == isOne)
  }

  @Test func aHomeThatIsMadeHasOneSlash() throws {
    for root in ["/srv/mail", "/srv/mail/", "/srv/mail//"] {
      let queries = try preset("modoboa").queries(dialect: .sqlite, PresetParameters(mailRoot: root, uid: 1, gid: 1))
      #expect(queries.constants[.mailRoot] == Array("/srv/mail".utf8))
      #expect(queries.constants[.maildir] == Array(".maildir".utf8))
    }
  }

  @Test func theMailRootIsHandedOutAsItStands() throws {
    let preset = try preset("postfixadmin")
    func root(_ text: String?) throws -> [UInt8]? {
      try preset.queries(dialect: .sqlite, PresetParameters(mailRoot: text, uid: 0, gid: 4_294_967_294)).constants[
        .mailRoot]
    }
    #expect(try root(nil) == Array("/var/vmail/".utf8))
    #expect(try root("/srv/mail") == Array("/srv/mail".utf8))
    #expect(try root("/srv/o'mail/ü") == Array("/srv/o'mail/ü".utf8))
  }

  @Test func everyMistakeInTheParametersIsNamed() throws {
    #expect(
      try problems("postfixadmin", PresetParameters()) == [
        "uid: preset postfixadmin needs it", "gid: preset postfixadmin needs it",
      ])
    #expect(
      try problems(
        "postfixadmin", PresetParameters(mailRoot: "var/vmail", uid: 4_294_967_295, gid: 1, table: "a; DROP TABLE b")
      ) == [
        "mail-root: must be an absolute path without control characters",
        "uid: must be a number from 0 to 4294967294",
        "table: must be a table's name: letters, digits and _, with a dot behind the schema",
      ])
    #expect(
      try problems("courier", PresetParameters(mailRoot: "/m", uid: 1, login: .localPart, smtpActive: true)) == [
        "mail-root: preset courier does not take it", "uid: preset courier does not take it",
        "login: preset courier does not take it", "smtp-active: preset courier does not take it",
      ])
  }

  @Test(arguments: [
    ("mailbox", true), ("postfix.mailbox", true), ("_m1", true), ("", false), (".", false), ("a.", false),
    (".a", false),
    ("a.b.c", false), ("1a", false), ("a-b", false), ("a b", false), ("a'b", false), ("ä", false), ("a;", false),
    (String(repeating: "a", count: 127), true), (String(repeating: "a", count: 128), false),
  ]) func aTableIsAName(_ table: String, _ isOne: Bool) throws {
    #expect(try problems("courier", PresetParameters(table: table)).isEmpty == isOne)
  }

  @Test(arguments: ["/a\n", "/a\0", "", "a"]) func aMailRootIsAbsoluteAndOneLine(_ root: String) throws {
    #expect(try !problems("postfixadmin", PresetParameters(mailRoot: root, uid: 1, gid: 1)).isEmpty)
  }
}
