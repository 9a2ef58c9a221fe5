#if MariaDB
  import Accounts
  import DatabaseServers
  import Testing

  @testable import MariaDBDirectory

  @Suite struct ConnectionParametersTests {
    @Test func theBackEndsRowJudgesALocation() {
      let row = BackEnd.mariaDB
      #expect(row.type == "mariadb" && row.locationKey == "connection")
      #expect(row.aliases.contains("authmysql") && row.aliases.contains("mysql"))
      for good in [
        "", " host = a  dbname = b ", "host=a,b port=1,2 user=u", "socket=/run/x password='a b\\'c'",
        "host=/a,b port=3307",
        "host=a ssl-ca=/c ssl-verify=off connect_timeout=3", "host=a ssl-cert=/c ssl-key=/k",
      ] {
        #expect(row.objection(good) == nil, "\(good)")
      }
    }

    @Test(arguments: [
      ("hostt=a", "unknown keyword hostt; did you mean host?"),
      ("sslmode=x", "unknown keyword sslmode; known are host"),
      ("host", "expected keyword=value at its beginning"), ("host=a b", "behind the value of host"),
      ("host='a", "the value of host has no closing '"), ("host=a host=b", "host is there twice"),
      ("host=a socket=/b", "host and socket are both given"), ("socket=run/x", "socket: expected an absolute path"),
      ("host=a,,b", "one of the names is empty"), ("host=a,b,c port=1,2", "as many as there are hosts"),
      ("host=a port=0", "port: expected a number"), ("host=a port=65536", "port: expected a number"),
      ("host=a port=x", "port: expected a number"), ("connect_timeout=0", "connect_timeout: expected seconds"),
      ("ssl-ca=c", "ssl-ca: expected an absolute path"), ("ssl-cert=/c", "ssl-cert and ssl-key belong together"),
      ("ssl-verify=maybe", "ssl-verify: expected on or off"), ("user=a\0b", "user holds a NUL byte"),
    ]) func aMistakeIsNamed(_ location: String, _ text: String) {
      let objection = BackEnd.mariaDB.objection(location)
      #expect(objection?.contains(text) == true, "\(objection ?? "")")
    }

    @Test func anObjectionQuotesNoPassword() {
      for bad in ["password=half other", "password=half other=x", "password=a other='", "user=u password='it's other"] {
        let text = BackEnd.mariaDB.objection(bad)
        #expect(text != nil)
        #expect(text?.contains("other") == false, "\(text ?? "")")
      }
    }

    @Test(arguments: [
      ("host=a", false), ("host=a password=x", true), ("host=a password=", false), ("host=a password=x y", true),
      ("host a", false),
    ]) func passwordsAreSeen(_ location: String, _ holds: Bool) {
      #expect(BackEnd.mariaDB.holdsPassword(location) == holds)
    }

    @Test func hostsComeInTheirOrder() throws {
      func hosts(_ text: String) throws -> [String] { try ConnectionParameters(text).hosts.map(\.description) }
      #expect(try hosts("") == ["host localhost"])
      #expect(try hosts("host=localhost port=1") == ["host localhost"])
      #expect(try hosts("host=a,/b,c port=1,,3") == ["host a port 1", "socket /b", "host c port 3"])
      #expect(try hosts("host=a,b port=7") == ["host a port 7", "host b port 7"])
      #expect(try hosts("socket=/a,/b") == ["socket /a", "socket /b"])
      #expect(try hosts("host=::1") == ["host ::1 port 3306"])
    }

    @Test func errorsAreSorted() {
      func fault(_ number: UInt32, _ phase: ServerError.Phase = .running, _ message: String = "quotes 'secret'")
        -> DatabaseFault
      {
        ServerError(number: number, state: "HY000").fault(message, phase)
      }
      for lost: UInt32 in [2006, 2013, 2055, 5014, 1053, 1317, 1927] {
        #expect(fault(lost).kind == .connection, "\(lost)")
      }
      for passing: UInt32 in [1205, 1213] { #expect(fault(passing).isPassing && fault(passing).kind == .query) }
      for spoiling: UInt32 in [1615, 1243, 2057] {
        #expect(fault(spoiling).spoilsStatement && fault(spoiling).kind == .query)
      }
      #expect(fault(1040, .connecting).kind == .connection)
      #expect(fault(1366).description == "text that is no value of the column's type (1366)")
      #expect(fault(9999).description == "error of SQLSTATE HY000 (9999)")
      #expect(fault(1064, .preparing).description == "quotes 'secret' (1064)", "no value is there yet")
    }
  }
#endif
