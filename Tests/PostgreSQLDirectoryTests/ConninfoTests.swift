import Accounts
import Foundation
import Secrets
import TestSupport
import Testing

@testable import PostgreSQLDirectory

@Suite struct ConninfoTests {
  @Test func theBackEndsRowJudgesALocation() {
    let row = BackEnd.postgresql
    #expect(row.type == "postgresql" && row.locationKey == "connection" && row.aliases.contains("authpgsql"))
    for good in [
      "", "host=a dbname=b", "postgresql://u@h:1,h2:2/db?target_session_attrs=any", "host=/run/x password='a b'",
    ] {
      #expect(row.objection(good) == nil, "\(good)")
    }
    #expect(row.objection("hostt=a") == "invalid connection option \"hostt\"")
    #expect(row.objection("host") == "missing \"=\" after \"host\" in connection info string")
    #expect(row.objection("host='a") == "unterminated quoted string in connection info string")
    #expect(row.objection("postgresql://[::1/db") != nil)
  }

  @Test func anObjectionQuotesNoPassword() {
    for bad in ["password=half other", "postgresql://u:other@h:port:x/db?password", "password=a other='"] {
      let text = BackEnd.postgresql.objection(bad)
      #expect(text != nil)
      #expect(text?.contains("other") == false, "\(text ?? "")")
    }
  }

  @Test(arguments: [
    ("host=a", false), ("host=a password=x", true), ("host=a password=", false), ("postgresql://u:p@h/d", true),
    ("postgresql://u@h/d", false), ("postgresql://u@h/d?password=x", true), ("host=a sslpassword=x", true),
    ("host=a password=x y", true), ("host a", false),
  ]) func passwordsAreSeen(_ location: String, _ holds: Bool) {
    #expect(BackEnd.postgresql.holdsPassword(location) == holds)
  }

  @Test func severalHosts() throws {
    let three = try Conninfo("host=a,b,c port=1,,3 user=u")
    #expect(three.hosts.map(\.description) == ["host a port 1", "host b port ", "host c port 3"])
    let two = three.limited(to: Array(three.hosts.dropFirst()))
    #expect(two["host"] == "b,c" && two["port"] == ",3" && two["hostaddr"] == nil && two["user"] == "u")
    #expect(try Conninfo("hostaddr=1.1.1.1,2.2.2.2 port=7").hosts.map(\.port) == ["7", "7"])
    #expect(try Conninfo("user=u").hosts == [])
    #expect(try Conninfo("host=a,b hostaddr=1.1.1.1").hosts == [], "libpq will say so")
    #expect(try Conninfo("postgresql://a:1,b:2/d").hosts.count == 2)
  }
}

@Suite struct ServerMessageTests {
  @Test func theCodeIsTakenOutAndTheRestLeftAway() {
    let (state, message) = ServerMessage.read(
      """
      connection to server at "h" (1.2.3.4), port 5432 failed: FATAL:  28P01: password authentication failed for user "u"
      DETAIL:  Connection matched pg_hba.conf line 3
      LOCATION:  auth_failed, auth.c:338

      """)
    #expect(state?.code == "28P01")
    #expect(
      message
        == "connection to server at \"h\" (1.2.3.4), port 5432 failed: FATAL: password authentication failed for user \"u\""
    )
  }

  @Test func severalHostsAreOneLine() {
    let (state, message) = ServerMessage.read(
      """
      connection to server on socket "/a" failed: No such file or directory
      \tIs the server running locally and accepting connections on that socket?
      connection to server on socket "/b" failed: FATAL:  57P03: the database system is starting up
      LOCATION:  ProcessStartupPacket, postmaster.c:2321
      """)
    #expect(state?.endsConnection == true)
    #expect(
      message
        == "connection to server on socket \"/a\" failed: No such file or directory; "
        + "connection to server on socket \"/b\" failed: FATAL: the database system is starting up")
  }

  @Test func otherLanguagesAndNoCode() {
    #expect(ServerMessage.read("FATAL:  3D000: Datenbank »x« existiert nicht\nORT:  x, y.c:1").state?.code == "3D000")
    #expect(ServerMessage.read("timeout expired").state == nil)
    #expect(ServerMessage.read("") == (nil, ""))
  }

  @Test func codes() {
    for bad in ["", "2200", "22p02", "22P022", "2200é"] { #expect(SQLState(bad) == nil) }
    #expect(SQLState("08006")?.endsConnection == true)
    #expect(SQLState("57P01")?.endsConnection == true)
    #expect(SQLState("57014")?.endsConnection == false)
    #expect(SQLState("40001")?.isPassing == true)
    #expect(SQLState("22P02")?.mayQuoteData == true)
    #expect(SQLState("42P01")?.mayQuoteData == false)
    #expect(SQLState("42999")?.description == "42999, error in the query")
    #expect(SQLState("ZZ999")?.description == "ZZ999, error")
  }

  @Test func encodings() {
    let utf8 = TextEncoding(client: "UTF8", server: "UTF8")
    #expect(utf8.canHold(Array("ü@x".utf8)) && utf8.canHold([]) && !utf8.canHold([0xFC]) && !utf8.canHold([0]))
    #expect(!TextEncoding(client: "SQL_ASCII", server: "UTF8").canHold([0xFC]))
    #expect(TextEncoding(client: "SQL_ASCII", server: "SQL_ASCII").canHold([0xFC]))
    #expect(TextEncoding(client: "LATIN1", server: "UTF8").canHold([0xFC]))
    #expect(!TextEncoding(client: "LATIN1", server: "LATIN1").canHold([0x61, 0]))
  }
}
