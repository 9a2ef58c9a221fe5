internal import CPostgreSQL
internal import DatabaseServers
internal import Glibc

/// What is wrong with a connection string, as far as that shows without a server: what libpq cannot read, and what it would fail of
/// again and again, however well the database is.
extension Conninfo {
  /// Nothing can listen there: what is wrong with all else has shown before libpq finds that out.
  private static let nowhere = "/dev/null"

  /// Keywords whose values are numbers; libpq looks at them late, if at all.
  private static let numbers = [
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
  ]

  /// For an administrator, without any part of what may be a password; nil when there is nothing.
  static func objection(to text: String) -> String? {
    do throws(Failure) {
      let conninfo = try Conninfo(text)
      return straySign(in: text, conninfo) ?? conninfo.unevenLists ?? conninfo.wrongPort(isURI: isURI(text))
        ?? conninfo.wrongNumber ?? conninfo.refusalOfLibpq(text)
    } catch {
      return error.message
    }
  }

  private static func isURI(_ text: String) -> Bool {
    text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
  }

  private static let howToEncode = "in a user name or a password of a URI write @ as %40, / as %2F and : as %3A"

  /// A password that was not percent-encoded: libpq takes a part of it for a host, and messages would name it.
  private static func straySign(in text: String, _ conninfo: Conninfo) -> String? {
    guard isURI(text) else { return nil }
    let path = text.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }.prefix { $0 != "?" }
    // Before a host's name it is one of the abstract namespace's.
    let isInHost = conninfo["host"]?.split(separator: ",").contains { $0.dropFirst().contains("@") } == true
    guard isInHost || path.contains("@") else { return nil }
    return "an @ stands where none belongs: \(howToEncode)"
  }

  private var unevenLists: String? {
    func count(_ keyword: String) -> Int? {
      self[keyword].map { $0.utf8.count { $0 == UInt8(ascii: ",") } + 1 }
    }
    let (names, addresses, ports) = (count("host"), count("hostaddr"), count("port"))
    if let names, let addresses, names != addresses {
      return "host and hostaddr: expected as many of one as of the other, and found \(names) and \(addresses)"
    }
    if let ports, ports != 1, ports != names ?? addresses ?? 1 {
      return "port: expected one number, or as many as there are hosts, and found \(ports)"
    }
    return nil
  }

  private func wrongPort(isURI: Bool) -> String? {
    let ports = self["port"]?.split(separator: ",") ?? []
    guard ports.allSatisfy({ Int($0).map { (1...65_535).contains($0) } == true }) else {
      return "port: expected a number from 1 to 65535" + (isURI ? "; \(Self.howToEncode)" : "")
    }
    return nil
  }

  private var wrongNumber: String? {
    Self.numbers.first { keyword in self[keyword].map { Int32($0) == nil } == true }.map { "\($0): expected a number" }
  }

  /// What libpq itself objects to before it goes to a server: values that it does not know, a service that is not defined.
  private func refusalOfLibpq(_ text: String) -> String? {
    var trial = values.filter { !$0.value.isEmpty }
    trial["hostaddr"] = nil
    trial["port"] = nil
    trial["host"] = Self.nowhere
    // With one at hand it looks for none in a file.
    trial["password"] = "-"
    var keywords: [UnsafeMutablePointer<CChar>?] = []
    var texts: [UnsafeMutablePointer<CChar>?] = []
    defer { for text in keywords + texts { free(text) } }
    for (keyword, value) in trial {
      keywords.append(strdup(keyword))
      texts.append(strdup(value))
    }
    let connection = (keywords + [nil]).map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
      (texts + [nil]).map { UnsafePointer($0) }.withUnsafeBufferPointer { texts in
        PQconnectStartParams(keywords.baseAddress, texts.baseAddress, 0)
      }
    }
    guard let connection else { return "libpq: out of memory" }
    defer { PQfinish(connection) }
    guard PQstatus(connection) == CONNECTION_BAD else { return nil }
    let message = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
    return message.isEmpty || message.contains(Self.nowhere) ? nil : Self.masked(message, of: text)
  }
}
