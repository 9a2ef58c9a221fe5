/// A method whose raw bytes are a digest without salt: always so many, for a fast function.
protocol UnsaltedMethod: SchemeMethod {
  /// Of each raw string.
  static var byteCount: Int { get }
}

extension UnsaltedMethod {
  var saltBytes: Int { 0 }
  var fixedLength: Int? { Self.byteCount }
  var strength: SchemeStrength { .fast }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    raw.count == Self.byteCount
      ? .complete(rounds: nil) : .damaged("\(raw.count) bytes where \(Self.byteCount) belong")
  }
}
