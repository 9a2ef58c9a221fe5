/// The services that something is good for, as an administrator writes them down: `imap,smtp`.
public struct ServiceList: Sendable, Equatable {
  /// Every service.
  public static let all = ServiceList(names: nil)

  /// Nil: all.
  private let names: Set<[UInt8]>?

  private init(names: Set<[UInt8]>?) { self.names = names }

  /// Names with commas or white space between them, in any case; `*` is every service. No name at all is no service.
  public init(_ text: some Sequence<UInt8>) {
    var names: Set<[UInt8]> = []
    for word in text.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == 0x20 || (0x09...0x0D).contains($0) }) {
      if word == [UInt8(ascii: "*")] {
        self = .all
        return
      }
      names.insert(Self.canonical(word))
    }
    self.names = names
  }

  /// Whether `service`, as a client calls itself, is one of them.
  public func contains(_ service: [UInt8]) -> Bool { names?.contains(Self.canonical(service)) ?? true }

  /// One name for each service: Postfix says `smtp`, courier `esmtp`, and people write `submission` or `imaps`.
  private static func canonical(_ name: some Sequence<UInt8>) -> [UInt8] {
    let name = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    return aliases[name] ?? name
  }

  private static let aliases: [[UInt8]: [UInt8]] = {
    var aliases: [[UInt8]: [UInt8]] = [:]
    for (name, others) in [
      ("smtp", ["esmtp", "smtps", "submission", "submissions"]), ("imap", ["imaps"]), ("pop3", ["pop", "pop3s"]),
      ("sieve", ["managesieve"]),
    ] {
      for other in others { aliases[Array(other.utf8)] = Array(name.utf8) }
    }
    return aliases
  }()
}
