internal import CPostgreSQL
internal import DatabaseServers

/// A libpq connection string (`host=… dbname=…` or `postgresql://…`), taken apart by libpq itself.
struct Conninfo: Sendable, Equatable {
  /// A string that libpq cannot read.
  struct Failure: Error, Equatable {
    /// What libpq says of it; without any part of the string when a password may stand in it.
    let message: String
  }

  /// One of several servers, as `host`, `hostaddr` and `port` list them.
  struct Host: Sendable, Equatable {
    var host: String?
    var address: String?
    var port: String?
  }

  /// What was given, by keyword; not what libpq adds from the environment.
  private(set) var values: [String: String] = [:]

  init(_ text: String) throws(Failure) {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &message) else {
      defer { PQfreemem(message) }
      throw Failure(message: Self.masked(message.map { String(cString: $0) } ?? "out of memory", of: text))
    }
    defer { PQconninfoFree(options) }
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
  }

  /// The value of `keyword`; nil when absent or empty.
  subscript(_ keyword: String) -> String? {
    get { values[keyword].flatMap { $0.isEmpty ? nil : $0 } }
    set { values[keyword] = newValue }
  }

  /// Whether a password stands in the string itself.
  var holdsPassword: Bool { self["password"] != nil || self["sslpassword"] != nil }

  /// The servers it names, in order; empty when that is left to libpq's environment, or the lists' lengths do not match
  /// (which libpq will say itself).
  var hosts: [Host] {
    func list(_ keyword: String) -> [String]? {
      self[keyword]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let names = list("host")
    let addresses = list("hostaddr")
    let ports = list("port")
    guard let count = (addresses ?? names)?.count, names.map({ $0.count == count }) ?? true,
      ports.map({ $0.count == count || $0.count == 1 }) ?? true
    else { return [] }
    return (0..<count).map { index in
      Host(
        host: names?[index], address: addresses?[index],
        port: ports.map { $0.count == 1 ? $0[0] : $0[index] })
    }
  }

  /// The same with these servers only.
  func limited(to hosts: [Host]) -> Conninfo {
    func joined(_ part: (Host) -> String?) -> String? {
      hosts.contains { part($0) != nil } ? hosts.map { part($0) ?? "" }.joined(separator: ",") : nil
    }
    var copy = self
    copy["host"] = joined(\.host)
    copy["hostaddr"] = joined(\.address)
    copy["port"] = joined(\.port)
    return copy
  }

  /// libpq quotes what it stumbles over, which can be half of a password with a space in it.
  static func masked(_ message: String, of text: String) -> String {
    let line = OneLine.clean(message)
    // A word without a key may be a password that has lost its own.
    guard text.lowercased().contains("password") || text.contains("://") || line.contains("\"=\"") else { return line }
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index.isMultiple(of: 2) || part == "=" ? String(part) : "…"
    }.joined(separator: "\"")
  }
}
