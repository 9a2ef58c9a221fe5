package import Accounts
internal import Glibc
internal import Secrets

/// The values of one statement's parameters, as the databases' libraries want them: text, each ended by a NUL. Used again for
/// each statement, so that a look-up allocates nothing here.
package struct BoundParameters {
  private let placeholders: [Placeholder]
  /// Of each placeholder, its constant; empty for those that a question fills.
  private let constants: [[UInt8]]
  private let roomForConstants: Int
  private let holdsService: Bool
  private var bytes: [UInt8] = []
  private var offsets: [Int] = []

  /// - Parameter placeholders: of the statement, in the order of its parameters.
  package init(_ placeholders: [Placeholder], constants: [Placeholder: [UInt8]]) {
    self.placeholders = placeholders
    self.constants = placeholders.map { constants[$0] ?? [] }
    roomForConstants = self.constants.reduce(0) { $0 + $1.count }
    holdsService = placeholders.contains(.service)
  }

  /// Whether the service of `key` is one of the values, and no text that the database can hold. The user's name is not at fault: that is no
  /// refusal.
  package func lacksService(of key: AccountKey, _ canHold: ([UInt8]) -> Bool) -> Bool {
    holdsService && !canHold(key.service)
  }

  /// Takes the values for one question.
  /// - Parameter change: for `:new_hash` and `:new_password`.
  /// - Returns: false when a value holds a NUL byte, which no text of PostgreSQL can, and no name or hash is to.
  package mutating func bind(_ key: AccountKey? = nil, _ change: PasswordChange? = nil) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    // Room for all at once: growing would leave copies of a password in freed memory.
    // A placeholder may stand in several places, and be a parameter in each.
    let secrets = change.map { $0.newHash.count + $0.newPassword.count } ?? 0
    let values = secrets + (key?.room ?? 0) + 1
    bytes.reserveCapacity(roomForConstants + placeholders.count * values)
    for (index, placeholder) in placeholders.enumerated() {
      let start = bytes.count
      offsets.append(start)
      switch placeholder {
      case .username: key?.name.username.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .localPart: key?.name.localPart.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .domain: key?.name.domain.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .service: key?.service.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .newHash: change?.newHash.withBytes { bytes.append(contentsOf: $0) }
      case .newPassword: change?.newPassword.withBytes { bytes.append(contentsOf: $0) }
      case .mailRoot, .uid, .gid, .maildir: bytes += constants[index]
      }
      if holdsNUL(from: start) { return false }
      bytes.append(0)
    }
    return true
  }

  /// Takes other values: constants as they are, and for each other parameter what `write` appends.
  /// - Returns: false when a value holds a NUL byte.
  package mutating func bind(_ write: (Placeholder, inout [UInt8]) -> Void) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    for (index, placeholder) in placeholders.enumerated() {
      let start = bytes.count
      offsets.append(start)
      if Placeholder.preset.contains(placeholder) { bytes += constants[index] } else { write(placeholder, &bytes) }
      if holdsNUL(from: start) { return false }
      bytes.append(0)
    }
    return true
  }

  private func holdsNUL(from start: Int) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < bytes.count else { return false }
      return memchr(base + start, 0, bytes.count - start) != nil
    }
  }

  /// How many there are.
  package var count: Int32 { Int32(placeholders.count) }

  /// The value at `index`.
  package func value(of index: Int) -> [UInt8] { Array(bytes[offsets[index]..<offsets[index] + length(of: index)]) }

  /// How long the value at `index` is, in bytes without its NUL.
  package func length(of index: Int) -> Int {
    (index + 1 < offsets.count ? offsets[index + 1] : bytes.count) - offsets[index] - 1
  }

  /// Where each value begins, for the duration of `body`.
  /// - Returns: what `body` returns, the library's result.
  package func withPointers(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Int32) -> Int32 {
    bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: max(1, offsets.count)) { pointers in
        pointers.initialize(repeating: nil)
        for (index, offset) in offsets.enumerated() {
          pointers[index] = bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
        }
        return body(UnsafePointer(pointers.baseAddress))
      }
    }
  }

  /// Overwrites the values.
  package mutating func wipe() {
    _ = Secret.taking(&bytes)
    offsets.removeAll()
  }
}

extension AccountKey {
  /// Of all its values, in bytes: both parts of the name lie in it.
  fileprivate var room: Int { name.username.count * 2 + service.count }
}
