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

  @Test func everyPresetMakesAllQueriesInEveryDialect() throws {
    #expect(Presets.all.map(\.name) == ["courier", "postfixadmin"])
    for preset in Presets.all {
      #expect(preset.requires.isSubset(of: preset.takes))
      for dialect in SQLDialect.allCases {
        for login in LoginStyle.allCases where login == .address || preset.takes.contains(.login) {
          for smtpActive in [false, true] where !smtpActive || preset.takes.contains(.smtpActive) {
            var parameters = PresetParameters(login: login, smtpActive: smtpActive, table: "schema.table_1")
            if preset.takes.contains(.uid) { (parameters.uid, parameters.gid) = (1, 2) }
            let queries = try preset.queries(dialect: dialect, parameters)
            let enumerate = try #require(queries.enumerate)
            let setPassword = try #require(queries.setPassword)
            for query in [queries.account, enumerate, setPassword] {
              #expect(query.source.contains("schema.table_1"))
              for placeholder in query.rendered().parameters where Placeholder.preset.contains(placeholder) {
                #expect(queries.constants[placeholder] != nil, "\(placeholder)")
              }
            }
            #expect(setPassword.rendered().parameters.contains(.newHash))
          }
        }
      }
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
