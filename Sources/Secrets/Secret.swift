internal import CLinux

/// Bytes that must not be seen: a password, a stored hash, a connection's credentials.
///
/// Promised: nothing of it appears when it is printed, interpolated, dumped or reflected on (no description, an empty
/// mirror); it is not `Codable`; it compares in a time that depends on the lengths alone; its memory is overwritten when the
/// last reference goes. Not promised: copies that a caller makes of the bytes.
public final class Secret: Sendable, CustomReflectable {
  private let storage: Storage

  /// Copies `bytes`. The source stays as it was: see `taking(_:)` for one that is wiped.
  public init(_ bytes: some Collection<UInt8>) {
    storage = Storage(bytes)
  }

  /// The UTF-8 of `text`.
  public convenience init(text: String) {
    self.init(text.utf8)
  }

  /// Copies `bytes`, then overwrites and empties the source.
  public static func taking(_ bytes: inout [UInt8]) -> Secret {
    let secret = Secret(bytes)
    bytes.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { gatepost_wipe(base, buffer.count) }
    }
    bytes.removeAll()
    return secret
  }

  /// In bytes.
  public var count: Int { storage.bytes.count }

  /// Whether there is nothing in it. An empty password is never a right one.
  public var isEmpty: Bool { storage.bytes.isEmpty }

  /// The bytes, for the duration of `body`. They must not be kept.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(storage.bytes))
  }

  /// Whether both hold the same bytes, in a time that depends only on the two lengths.
  public func matches(_ other: Secret) -> Bool {
    other.withBytes { matches($0) }
  }

  /// Whether `other` holds the same bytes, in a time that depends only on the two lengths.
  public func matches(_ other: UnsafeRawBufferPointer) -> Bool {
    guard storage.bytes.count == other.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<other.count {
      difference |= storage.bytes[index] ^ other[index]
    }
    return difference == 0
  }

  /// Nothing: `dump` and the debugger's mirror see no bytes.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// Owns the memory. Unchecked because a pointer is not `Sendable` by itself: it is written in `init` only, read-only until
  /// `deinit`, and no other object holds it.
  private final class Storage: @unchecked Sendable {
    let bytes: UnsafeMutableBufferPointer<UInt8>

    init(_ source: some Collection<UInt8>) {
      bytes = .allocate(capacity: source.count)
      _ = bytes.initialize(from: source)
    }

    deinit {
      if let base = bytes.baseAddress { gatepost_wipe(base, bytes.count) }
      bytes.deallocate()
    }
  }
}
