internal import CLinux
internal import Glibc

/// What a client sends behind its request.
enum LateBytes {
  /// What one recv(2) throws away. There is rarely more than a byte, and for more room than this memory is allocated.
  private static let pieceBytes = 1024

  /// Reads and throws away what lies unread at a socket that does not block: closed with it, the client would find ECONNRESET behind
  /// its reply, and take the reply for lost.
  /// - Returns: whether more may come. Not so when the client sends no more, or has sent `ServerLimits.drainBytes` at once.
  static func discard(from descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: pieceBytes, alignment: 1) { piece in
      var discarded = 0
      while discarded < ServerLimits.drainBytes {
        let count = recv(descriptor, piece.baseAddress, piece.count, 0)
        if count > 0 {
          discarded += count
          if let base = piece.baseAddress { gatepost_wipe(base, count) }
        } else if count == 0 || errno != EINTR {
          return count < 0 && errno == EAGAIN
        }
      }
      return false
    }
  }
}
