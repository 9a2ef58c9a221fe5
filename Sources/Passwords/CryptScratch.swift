internal import CCrypt
internal import Glibc

/// The working memory of libcrypt, 32 KiB: one for each thread that verifies or makes hashes. It is wiped after each use.
///
/// Not `Sendable`: it belongs to the thread that made it.
public final class CryptScratch {
  /// The longest password that libcrypt takes, in bytes: `CRYPT_MAX_PASSPHRASE_SIZE` with its NUL.
  static let maximumPasswordBytes = 511
  /// The longest setting that libcrypt takes, in bytes: `CRYPT_OUTPUT_SIZE` with its NUL.
  static let maximumSettingBytes = 383

  /// Zero between uses; nil until the first.
  private(set) var memory: UnsafeMutableRawBufferPointer?

  /// Costs nothing until the first crypt(3) string: a digest needs no such memory.
  public init() {}

  deinit { memory?.deallocate() }

  /// Runs crypt(3).
  /// - Parameters:
  ///   - password: up to ``maximumPasswordBytes``, without NUL.
  ///   - setting: up to ``maximumSettingBytes``, without NUL.
  ///   - body: gets the whole hash, or nil when libcrypt refuses the setting or fails.
  func withHash<Result>(
    _ password: UnsafeRawBufferPointer, setting: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    guard
      password.count <= Self.maximumPasswordBytes, setting.count <= Self.maximumSettingBytes,
      !password.contains(0), !setting.contains(0)
    else { return body(nil) }
    let memory = allocated()
    guard
      let base = memory.baseAddress,
      let passwordOffset = MemoryLayout<crypt_data>.offset(of: \crypt_data.input),
      let settingOffset = MemoryLayout<crypt_data>.offset(of: \crypt_data.setting)
    else { return body(nil) }
    defer { wipe(memory) }
    // crypt_data has room for both strings, for callers to use; the wiping takes them along. The memory is zero: both end in NUL.
    let passwordText = base + passwordOffset
    let settingText = base + settingOffset
    if let source = password.baseAddress { passwordText.copyMemory(from: source, byteCount: password.count) }
    if let source = setting.baseAddress { settingText.copyMemory(from: source, byteCount: setting.count) }
    let result = crypt_r(
      passwordText.assumingMemoryBound(to: CChar.self), settingText.assumingMemoryBound(to: CChar.self),
      base.assumingMemoryBound(to: crypt_data.self))
    // A failure is NULL or a string that begins with an asterisk and can never be a setting.
    guard let result, result.pointee != CChar(UInt8(ascii: "*")) else { return body(nil) }
    return body(UnsafeRawBufferPointer(start: result, count: strlen(result)))
  }

  private func allocated() -> UnsafeMutableRawBufferPointer {
    if let memory { return memory }
    let fresh = UnsafeMutableRawBufferPointer.allocate(
      byteCount: MemoryLayout<crypt_data>.size, alignment: MemoryLayout<crypt_data>.alignment)
    wipe(fresh)
    memory = fresh
    return fresh
  }

  /// A setting with a new salt.
  /// - Parameters:
  ///   - prefix: the method's, as crypt_gensalt(3) takes it.
  ///   - rounds: the method's work factor; 0 takes libcrypt's own.
  /// - Returns: nil when libcrypt does not make such.
  func setting(prefix: String, rounds: Int, salt: UnsafeRawBufferPointer) -> [UInt8]? {
    guard rounds >= 0, salt.count <= 64 else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CRYPT_GENSALT_OUTPUT_SIZE)) { room in
      guard
        let text = crypt_gensalt_rn(
          prefix, UInt(rounds), salt.assumingMemoryBound(to: CChar.self).baseAddress, Int32(salt.count),
          room.baseAddress, Int32(room.count)),
        text.pointee != CChar(UInt8(ascii: "*"))
      else { return nil }
      return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
  }
}
