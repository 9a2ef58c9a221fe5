/// A piece of work that a request costs, under the name that it has in the thresholds.
struct Piece {
  let name: String
  /// Does it so many times.
  let run: (Int) -> Void

  /// - Parameter once: does it once. Its result must go to `use`, or the compiler leaves the work out.
  init(_ name: String, _ once: @escaping () -> Void) {
    self.name = name
    run = { times in
      for _ in 0..<times { once() }
    }
  }
}

/// Takes what was computed. Not inlined: the compiler must believe that it is needed.
@inline(never)
func use<Value>(_ value: borrowing Value) {
  withExtendedLifetime(value) {}
}

extension String {
  /// Its UTF-8.
  var bytes: [UInt8] { Array(utf8) }
}
