/// Ends the run as a finding when a promise is broken: libFuzzer writes the input down.
///
/// - Parameter broken: what was found, for the one who looks into it. Evaluated only then.
func promise(_ holds: Bool, _ broken: @autoclosure () -> String) {
  if !holds { fatalError(broken()) }
}

/// The input of one run.
typealias Input = UnsafeRawBufferPointer

extension Input {
  /// What libFuzzer hands over.
  init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    self.init(start: start, count: count)
  }

  /// The places to cut an input in two: near both ends, and as the input itself says.
  var cuts: [Int] {
    if isEmpty { return [0] }
    let chosen = reduce(UInt32(count)) { $0 &* 31 &+ UInt32($1) }
    return [1, Int(chosen % UInt32(count)), count - 1]
  }
}
