/// The rounds of SHA-crypt (Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6). P is the password, S the salt, |X|
/// the length of X, X↻n the first n bytes of X X X …:
/// ```
/// B     = H(P S P)
/// A     = H(P S B↻|P| T)            ; T: for each bit of |P| up to its highest, the lowest first, B if it is 1, P if 0
/// p     = H(P↻(|P| · |P|))↻|P|
/// s     = H(S↻(|S| · (16 + the first byte of A)))↻|S|
/// round = H(p [s] [p] A)            ; odd ones, counted from 0
///       / H(A [s] [p] p)            ; even ones; s unless 3 divides the round's number, the p in brackets unless 7 does
/// ```
/// Each round's result is the A of the next one, and the last one's is the hash.
struct SHACryptRounds<Function: HashFunction> {
  private var run: HashRun<Function>
  private let passwordCount: Int
  private let saltCount: Int
  private let a: UnsafeMutableRawBufferPointer
  /// p s p p, of which each round's message has a piece before or after A.
  private let sequence: UnsafeMutableRawBufferPointer

  /// The memory that is needed beside the context, in bytes.
  static func byteCount(password: Int, salt: Int) -> Int { 2 * Function.byteCount + 3 * password + salt }

  /// All that comes before the rounds.
  /// - Parameters:
  ///   - room: `byteCount` bytes, to be wiped by whoever owns them, as `context` is.
  ///   - context: of libcrypto.
  init(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, in room: UnsafeMutableRawBufferPointer,
    _ context: UnsafeMutablePointer<Function.Context>
  ) {
    let size = Function.byteCount
    run = HashRun(in: context)
    passwordCount = password.count
    saltCount = salt.count
    a = UnsafeMutableRawBufferPointer(rebasing: room[..<size])
    sequence = UnsafeMutableRawBufferPointer(rebasing: room[(2 * size)...])
    // B, then what p and s are cut from.
    let other = UnsafeMutableRawBufferPointer(rebasing: room[size..<(2 * size)])

    run.begin()
    run.add(password)
    run.add(salt)
    run.add(password)
    run.end(into: other)

    run.begin()
    run.add(password)
    run.add(salt)
    run.add(UnsafeRawBufferPointer(other), repeatedTo: passwordCount)
    var bits = passwordCount
    while bits > 0 {
      run.add(bits & 1 == 1 ? UnsafeRawBufferPointer(other) : password)
      bits >>= 1
    }
    run.end(into: a)

    run.begin()
    run.add(password, repeatedTo: passwordCount * passwordCount)
    run.end(into: other)
    let salted = passwordCount + saltCount
    for start in [0, salted, salted + passwordCount] {
      sequence[start..<(start + passwordCount)].fill(repeating: other)
    }

    run.begin()
    run.add(salt, repeatedTo: saltCount * (16 + Int(a[0])))
    run.end(into: other)
    sequence[passwordCount..<salted].fill(repeating: other)
  }

  /// One round. They are run in the order of their numbers, from 0.
  mutating func run(_ number: Int) {
    let (isOdd, hasSalt, hasPassword) = (number & 1 == 1, number % 3 != 0, number % 7 != 0)
    let start = hasSalt ? (isOdd ? 0 : passwordCount) : passwordCount + saltCount
    let end = start + (hasSalt ? saltCount : 0) + (hasPassword ? passwordCount : 0) + passwordCount
    let piece = UnsafeRawBufferPointer(rebasing: sequence[start..<end])
    run.begin()
    run.add(isOdd ? piece : UnsafeRawBufferPointer(a))
    run.add(isOdd ? UnsafeRawBufferPointer(a) : piece)
    run.end(into: a)
  }

  /// A; nil when libcrypto refused something.
  var digest: UnsafeRawBufferPointer? { run.isSound ? UnsafeRawBufferPointer(a) : nil }
}

extension Slice<UnsafeMutableRawBufferPointer> {
  /// Fills all of it with `bytes` again and again.
  fileprivate mutating func fill(repeating bytes: UnsafeMutableRawBufferPointer) {
    for (place, index) in indices.enumerated() { self[index] = bytes[place % bytes.count] }
  }
}
