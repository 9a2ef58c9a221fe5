import Accounts
import Configuration
import Testing

/// A kind of database that a build was made without.
@Suite struct AbsentBackEndTests {
  private static let absent = BackEnd(
    type: "oracle", aliases: ["authoracle"], dialect: .sqlite, locationKey: "connection", objection: { _ in nil },
    holdsPassword: { _ in false }, absence: "this gatepost was built without Oracle; build one that has it",
    open: { _ in throw Fixture.NeverOpened() })

  private func mistakes(_ type: String) -> [Mistake] {
    let text = "[[directory]]\ntype = \"\(type)\"\nconnection = \"host=/a\"\npreset = \"courier\"\n"
    do throws(ConfigurationError) {
      _ = try ConfigurationReader.read(text: text, backEnds: Fixture.backEnds + [Self.absent], system: Fixture.system)
      return []
    } catch {
      return error.mistakes
    }
  }

  @Test(arguments: ["oracle", "authoracle"]) func isAMistakeThatSaysHowToGetIt(_ type: String) {
    let found = mistakes(type)
    #expect(found.map(\.text) == ["this gatepost was built without Oracle; build one that has it"])
    #expect(found.map(\.key) == ["directory[1].type"])
  }

  @Test func isNotOffered() {
    let found = mistakes("db2")
    #expect(found.map(\.text) == ["no such type: \"db2\"; known: `sqlite`, `postgresql` and `mariadb`"])
  }
}
