/// The end of a stored string that was derived from a salt, as it is written: `salt "$" hash`.
struct SaltAndHash {
  let salt: UnsafeRawBufferPointer
  let hash: UnsafeRawBufferPointer
  var saltEncoding = TextEncoding.base64
  var hashEncoding = TextEncoding.base64

  /// Hands both to `body`, decoded; nil when they cannot be.
  func withDecoded<Result>(
    _ body: (_ salt: UnsafeRawBufferPointer, _ hash: UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    let result: Result?? = saltEncoding.withDecoded(salt) { salt in
      hashEncoding.withDecoded(hash) { hash in body(salt, hash) }
    }
    return result ?? nil
  }

  /// What comparing with the hash of a password says.
  /// - Parameters:
  ///   - name: of the scheme.
  ///   - library: which computes it, and cannot when it hands on nil.
  ///   - compute: computes a hash of so many bytes and hands it on.
  func compare(
    name: String, library: StaticString,
    _ compute: (_ salt: UnsafeRawBufferPointer, _ byteCount: Int, (UnsafeRawBufferPointer?) -> Verdict) -> Verdict
  ) -> Verdict {
    let verdict = withDecoded { salt, hash in
      compute(salt, hash.count) { computed in
        guard let computed else { return .unverifiable(scheme: "\(name): \(library) cannot compute it") }
        return equalInConstantTime(computed, hash) ? .match : .mismatch
      }
    }
    return verdict ?? .unverifiable(scheme: "\(name): not a hash of this scheme")
  }

  /// Both as a new string has them: in base64 without padding.
  static func written(salt: UnsafeRawBufferPointer, hash: [UInt8]) -> [UInt8] {
    let encoding = TextEncoding.plainBase64
    return encoding.encode(Array(salt)) + [UInt8(ascii: "$")] + encoding.encode(hash)
  }
}
