internal import Glibc

/// What the reader asks of the machine it runs on. A parameter, so that a test needs no machine.
public struct SystemFacts: Sendable {
  /// The answer to a name.
  public enum Answer: Sendable, Equatable {
    /// There is one, and this is its number.
    case known(UInt32)
    /// There is none.
    case unknown
    /// It could not be found out, and this is why.
    case failed(String)
  }

  /// Looks up a user.
  public let user: @Sendable (String) -> Answer
  /// Looks up a group.
  public let group: @Sendable (String) -> Answer
  /// `$CREDENTIALS_DIRECTORY`, where systemd puts a service's credentials.
  public let credentialsDirectory: String?
  /// What is known of a file; nil when it cannot be reached.
  public let file: @Sendable (String) -> FileFacts?

  /// Facts as given.
  public init(
    user: @escaping @Sendable (String) -> Answer, group: @escaping @Sendable (String) -> Answer,
    credentialsDirectory: String? = nil, file: @escaping @Sendable (String) -> FileFacts? = { _ in nil }
  ) {
    self.user = user
    self.group = group
    self.credentialsDirectory = credentialsDirectory
    self.file = file
  }

  /// This machine.
  public static var current: SystemFacts {
    SystemFacts(
      user: { name in
        look(name, initial: passwd(), getpwnam_r) { $0.pw_uid }
      },
      group: { name in
        look(name, initial: Glibc.group(), getgrnam_r) { $0.gr_gid }
      },
      credentialsDirectory: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) },
      file: { FileFacts.of($0) })
  }

  /// Room for a group with very many members.
  private static let mostRoom = 1 << 20

  private typealias LookUp<Entry> = (
    UnsafePointer<CChar>, UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
  ) -> Int32

  private static func look<Entry>(
    _ name: String, initial: Entry, _ call: LookUp<Entry>, _ number: (Entry) -> UInt32
  ) -> Answer {
    var room = 4096
    while true {
      var entry = initial
      var found: UnsafeMutablePointer<Entry>?
      var buffer = [CChar](repeating: 0, count: room)
      let code = call(name, &entry, &buffer, buffer.count, &found)
      if code == ERANGE, room < mostRoom {
        room *= 4
        continue
      }
      if found != nil { return .known(number(entry)) }
      // getpwnam(3) lists these as ways to say "not found".
      if [0, ENOENT, ESRCH, EBADF, EPERM].contains(code) { return .unknown }
      return .failed(String(cString: strerror(code)))
    }
  }
}

extension ValueKind where Value == String {
  /// The name of a user who exists.
  static func user(_ system: SystemFacts) -> ValueKind {
    name(like: "postfix", "user", system.user)
  }

  /// The name of a group that exists.
  static func group(_ system: SystemFacts) -> ValueKind {
    name(like: "mail", "group", system.group)
  }

  private static func name(
    like example: String, _ noun: String, _ look: @escaping (String) -> SystemFacts.Answer
  ) -> ValueKind {
    text(like: example) { name throws(Objection) in
      if name.isEmpty { throw Objection("expected the name of a \(noun), found an empty string") }
      switch name.utf8.contains(0) ? .unknown : look(name) {
      case .known: return name
      case .unknown:
        throw Objection("there is no \(noun) \"\(Label.harmless(name))\" on this machine; create it, or name another")
      case .failed(let reason):
        throw Objection("could not look up the \(noun) \"\(Label.harmless(name))\": \(reason)")
      }
    }
  }
}
