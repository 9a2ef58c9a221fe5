internal import CLinux

/// Bytes that must not be seen: a password, a stored hash, a connection's credentials.
///
/// Promised: nothing of it appears when it is printed, interpolated, dumped or reflected on (no description, an empty
/// mirror); it is not `Codable`; it compares in a time that depends on the lengths alone; its memory is overwritten when the
/// last reference goes. Not promised: copies that a caller makes of the bytes.
public struct Secret: Sendable, CustomReflectable {
  /// Unchecked because a `ManagedBuffer` is not `Sendable`: it is written while it is made, read-only until its `deinit`, and held by
  /// secrets alone.
  private nonisolated(unsafe) let storage: Storage

  /// Copies `bytes`. The source stays as it was: see `taking(_:)` for one that is wiped.
  public init(_ bytes: some Collection<UInt8>) {
    storage = Storage.holding(bytes)
  }

  /// The UTF-8 of `text`.
  public init(text: String) {
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
  public var count: Int { storage.header }

  /// Whether there is nothing in it. An empty password is never a right one.
  public var isEmpty: Bool { storage.header == 0 }

  /// The bytes, for the duration of `body`. They must not be kept.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try storage.withUnsafeMutablePointers { try body(UnsafeRawBufferPointer(start: $1, count: $0.pointee)) }
  }

  /// Whether both hold the same bytes, in a time that depends only on the two lengths.
  public func matches(_ other: Secret) -> Bool {
    other.withBytes { matches($0) }
  }

  /// Whether `other` holds the same bytes, in a time that depends only on the two lengths.
  public func matches(_ other: UnsafeRawBufferPointer) -> Bool {
    withBytes { own in
      guard own.count == other.count else { return false }
      var difference: UInt8 = 0
      for index in 0..<other.count { difference |= own[index] ^ other[index] }
      return difference == 0
    }
  }

  /// Nothing: `dump` and the debugger's mirror see no bytes.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// The count, and behind it, in the same piece of memory, the bytes: a login makes two secrets, and this is one allocation each.
  private final class Storage: ManagedBuffer<Int, UInt8> {
    static func holding(_ source: some Collection<UInt8>) -> Storage {
      let count = source.count
      let made = Storage.create(minimumCapacity: count) { _ in count }
      made.withUnsafeMutablePointerToElements { elements in
        let (_, written) = UnsafeMutableBufferPointer(start: elements, count: count).initialize(from: source)
        // A collection that has less than it says: what lay there before is not read as a secret.
        for place in written..<count { elements[place] = 0 }
      }
      // `create` makes an object of the class it is called on.
      return unsafeDowncast(made, to: Storage.self)
    }

    deinit {
      withUnsafeMutablePointers { UnsafeMutableRawBufferPointer(start: $1, count: $0.pointee).wipe() }
    }
  }
}
