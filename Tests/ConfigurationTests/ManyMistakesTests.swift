import Configuration
import Testing

@Suite struct ManyMistakesTests {
  @Test func fiveMistakesAreFive() {
    let text = """
      default_domain = "example.com"
      [[listen]]
      socket = "run/socket"
      mode = "0999"
      [[directory]]
      type = "sqlite"
      database = "/a.db"
      preset = "postfixadmn"
      [limits]
      answer-timeout = 25
      """
    #expect(
      Fixture.mistakes(text).map { "\($0.line ?? 0) \($0.key)" } == [
        "1 default_domain", "3 listen[1].socket", "4 listen[1].mode", "8 directory[1].preset",
        "10 limits.answer-timeout",
      ])
  }

  @Test func syntaxErrorsDoNotHideTheRest() {
    let text = """
      default-domain = example.com
      [[listen]]
      socket = "/s"
      mode = 0660
      group = mail
      [[directory]]
      type = sqlite
      database = "/a.db
      preset = "courier"
      uid = 5
      [[peer]]
      user = "postfx"
      allow = ["login"
      [limits]
      answer-timeout = 5s
      hash-treads = 2
      """
    #expect(
      Fixture.mistakes(text).map { "\($0.line ?? 0) \($0.key)" } == [
        "1 default-domain", "4 listen[1].mode", "5 listen[1].group", "7 directory[1].type", "8 directory[1].database",
        "10 directory[1].uid", "12 peer[1].user", "13 peer[1].allow", "15 limits.answer-timeout",
        "16 limits.hash-treads",
      ])
  }

  @Test func twelveMistakesAreTwelve() {
    let text = """
      log-level = "loud"
      colour = "blue"
      [[listen]]
      mode = "0660"
      owner = "nobody-here"
      [[listen]]
      socket = "/s"
      mode = 660
      [[directory]]
      name = "a b"
      type = "sqlite"
      connection = "host=/x"
      [directory.queries]
      account = "SELECT :usrname, :domian"
      [[peer]]
      allow = ["logon", "login", "acount"]
      secrets = "yes"
      [limits]
      connections = 0
      """
    let keys = Fixture.mistakes(text).map { "\($0.line ?? 0) \($0.key)" }
    #expect(
      keys == [
        "1 log-level", "2 colour", "3 listen[1].socket", "5 listen[1].owner", "8 listen[2].mode",
        "9 directory[1].database", "10 directory[1].name", "12 directory[1].connection",
        "14 directory[1].queries.account", "14 directory[1].queries.account", "15 peer[1]", "16 peer[1].allow[1]",
        "16 peer[1].allow[3]", "17 peer[1].secrets", "19 limits.connections",
      ])
  }

  @Test func aLostTableHeaderDoesNotMakeItsTableMissing() {
    let text = """
      [[directory]] type
      type = "sqlite"
      database = "/a"
      preset = "courier"
      [limits
      connections = "many"
      """
    #expect(Fixture.mistakes(text).map(\.line) == [1, 5, 6])
  }
}
