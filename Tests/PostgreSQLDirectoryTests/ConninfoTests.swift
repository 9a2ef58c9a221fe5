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
    #expect(row.objection("host") == "missing \"=\" after \"…\" in connection info string")
    #expect(row.objection("host='a") == "unterminated quoted string in connection info string")
    #expect(row.objection("postgresql://[::1/db") != nil)
  }

  @Test func anObjectionQuotesNoPassword() {
    for bad in [
      "password=half other", "postgresql://u:other@h:port:x/db?password", "password=a other='", "host=/a other",
      // Not encoded: a part of it seems to be the host, its port, or the database.
      "postgresql://u:p@other@h/db", "postgresql://u:other/x@h/db", "postgresql://u:1/other@h/db",
      "postgresql://u:a?b@other@h/db", "postgresql://u:other#a/b@h/db", "postgresql://u:p%other@h/db",
      "postgresql://u:other@h/db?sslmode=other",
    ] {
      let text = BackEnd.postgresql.objection(bad)
      #expect(text != nil)
      #expect(text?.contains("other") == false, "\(text ?? "")")
    }
  }

  /// What no server would ever mend.
  @Test(arguments: [
    ("port=abc", "port: expected a number from 1 to 65535"), ("port=0", "from 1 to 65535"),
    ("port=99999", "from 1 to 65535"), ("host=a,b port=1,2,3", "as many as there are hosts, and found 3"),
    ("port=1,2", "and found 2"), ("host=a,b hostaddr=127.0.0.1", "host and hostaddr"),
    ("sslmode=bogus", "invalid sslmode value: \"bogus\""), ("target_session_attrs=foo", "target_session_attrs"),
    ("gssencmode=foo", "gssencmode"), ("channel_binding=foo", "channel_binding"),
    ("connect_timeout=abc", "connect_timeout: expected a number"), ("keepalives_idle=x", "keepalives_idle"),
    ("service=no-such-service", "no-such-service"), ("ssl_min_protocol_version=9", "ssl_min_protocol_version"),
    ("password=x sslmode=bogus", "invalid sslmode value: \"…\""),
  ]) func whatCannotBeIsAMistake(_ location: String, _ words: String) {
    let objection = BackEnd.postgresql.objection(location)
    #expect(objection?.contains(words) == true, "\(objection ?? "none")")
  }

  @Test(arguments: [
    "host=/var/run/postgresql,db2 port=5432,5433", "host=a,b port=7", "hostaddr=127.0.0.1 port=1", "host=a port=''",
    "sslmode=require gssencmode=disable", "host=db gssencmode=require",
    "host=db sslmode=verify-full sslrootcert=/nowhere",
    "host=db sslcert=/nowhere sslkey=/nowhere", "connect_timeout=0 keepalives=1", "host=@abstract",
    "target_session_attrs=read-write", "postgresql://u:p%40h@h/d", "postgresql://%2Frun%2Fpg/d",
    "postgresql:///d?host=/run",
    "postgresql://u@h/d?user=me@azure", "password='a@b/c'", "passfile=/nowhere", "requirepeer=postgres",
    "application_name=x",
  ]) func whatMayBeIsNone(_ location: String) {
    #expect(BackEnd.postgresql.objection(location) == nil)
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
