#if MariaDB
  internal import Secrets

  /// Texts as C wants them, for as long as this lives; wiped then.
  final class CTexts {
    private var owned: [UnsafeMutableBufferPointer<CChar>] = []

    deinit {
      for text in owned {
        UnsafeMutableRawBufferPointer(text).wipe()
        text.deallocate()
      }
    }

    /// `text` with a NUL behind it; nil when there is none.
    func own(_ text: String?) -> UnsafePointer<CChar>? { text.map { copy($0.utf8) } }

    /// `text` with a NUL behind it.
    func own(text: String) -> UnsafePointer<CChar> { copy(text.utf8) }

    /// The secret's bytes with a NUL behind them.
    func own(_ secret: Secret) -> UnsafePointer<CChar> { secret.withBytes { copy($0) } }

    private func copy(_ bytes: some Collection<UInt8>) -> UnsafePointer<CChar> {
      let start = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
      start.initialize(repeating: 0, count: bytes.count + 1)
      for (index, byte) in bytes.enumerated() { start[index] = CChar(bitPattern: byte) }
      owned.append(UnsafeMutableBufferPointer(start: start, count: bytes.count + 1))
      return UnsafePointer(start)
    }
  }
#endif
